/** The coverage of past runs: each journal is played again, and every step of it counted. */
import type { AnyStateMachine } from 'xstate';
import { hasJournal } from '../../../journal/pages.ts';
import { lookInto, readHistory } from '../../../journal/reading.ts';
import { isUserError } from '../../../kernel/user-error.ts';
import { refuseOthers } from '../../../kernel/versions.ts';
import { coreFrom } from '../../../past/standing.ts';
import type { RunFolder } from '../../../runs/folder.ts';
import { runMachines } from '../../../runs/launch.ts';
import { diagramOf, type Happened } from '../diagram.ts';
import { coverageOf, type MachineCoverage } from './coverage.ts';
import { MachineTally } from './tally.ts';

export interface PastCoverage {
  /** Those that were played again. */
  readonly runs: readonly string[];
  /** Those that could not be, and why. */
  readonly left: readonly { readonly run: string; readonly why: string }[];
  readonly steps: number;
  readonly machines: readonly DrawnCoverage[];
}

export interface DrawnCoverage extends MachineCoverage {
  /** For Mermaid: what never happened is marked. */
  readonly mermaid: string;
}

export function coverageOfRuns(folders: readonly RunFolder[]): PastCoverage {
  const tallies = new Map(runMachines.map((machine) => [machine.id, new MachineTally(machine)]));
  const runs: string[] = [];
  const left: { run: string; why: string }[] = [];
  let steps = 0;
  for (const folder of folders) {
    try {
      steps += countRun(folder, tallies);
      runs.push(folder.id);
    } catch (error) {
      if (!isUserError(error)) throw error;
      left.push({ run: folder.id, why: error.message });
    }
  }
  const machines = runMachines.map((machine: AnyStateMachine): DrawnCoverage => {
    const coverage = coverageOf(machine, tallies.get(machine.id) as MachineTally);
    return { ...coverage, mermaid: drawn(machine, coverage) };
  });
  return { runs, left, steps, machines };
}

function countRun({ path }: RunFolder, tallies: ReadonlyMap<string, MachineTally>): number {
  if (!hasJournal(path) || !lookInto(path).header) return 0;
  const { header, base, inputs } = readHistory(path);
  refuseOthers(runMachines, header.about);
  const core = coreFrom(base);
  let steps = 0;
  core.onStep = ({ chart, state }, event, before) => {
    steps += 1;
    tallies.get(chart.key)?.take(chart, event, before, state);
  };
  for (const input of inputs) core.apply(input);
  return steps;
}

function drawn(machine: AnyStateMachine, coverage: MachineCoverage): string {
  return diagramOf(machine, happenedIn(coverage));
}

export function happenedIn({ states, transitions }: MachineCoverage): Happened {
  const stood = new Set(states.filter(({ count }) => count > 0).map(({ state }) => state));
  const taken = new Set(transitions.filter(({ count }) => count > 0).map(({ key }) => key));
  return { stood, taken };
}
