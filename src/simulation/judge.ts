/** What is wrong with a simulated run: the axioms, and that it ends and replays to the same state. */
import { checkRun } from '../journal/axioms/check-run.ts';
import type { Violation } from '../journal/axioms/violation.ts';
import { Charts } from '../kernel/charts.ts';
import { Core } from '../kernel/core.ts';
import { hashOf } from '../kernel/persist.ts';
import { runMachines } from '../runs/launch.ts';
import { nothingPlanted, type Planted } from './outside.ts';
import { type SimulatedRun, type SimulationOptions, traceRun } from './simulate-run.ts';

export interface Judged {
  /** Null: the runtime broke. */
  readonly run: SimulatedRun | null;
  readonly violations: readonly Violation[];
}

export async function judgeRun(
  options: SimulationOptions,
  planted: Planted = nothingPlanted,
): Promise<Judged> {
  try {
    const { run, hash } = await traceRun(options, planted);
    const violations = [
      ...checkRun({ plan: options.plan, records: run.records, sightings: run.sightings }),
      ...ends(run),
      ...replays(run, hash),
    ];
    return { run, violations };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { run: null, violations: [violation('the-runtime-holds', message)] };
  }
}

function ends({ ending }: SimulatedRun): readonly Violation[] {
  return ending ? [] : [violation('the-run-ends', 'it was not over within its bound')];
}

/** K2: same inputs, same order, same states. */
function replays({ records }: SimulatedRun, hash: string): readonly Violation[] {
  const core = new Core(new Charts(runMachines));
  for (const record of records) core.apply(record);
  if (hashOf(core) === hash) return [];
  return [violation('replay-is-the-same', 'its journal leads to another state than it was in')];
}

function violation(axiom: string, message: string): Violation {
  return { axiom, message, n: null, at: null };
}
