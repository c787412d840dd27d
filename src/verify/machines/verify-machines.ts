/** Every machine of a person's file, or of the product, proved one by one. */
import type { Clock } from '../../kernel/clock.ts';
import type { Finding } from './finding.ts';
import { loadSubjects } from './load-machine.ts';
import { diagramOf, listOf } from './story.ts';
import type { Subject } from './subject.ts';
import { type MachineVerdict, verifyMachine } from './verify-machine.ts';

export interface MachineProof {
  readonly verdict: MachineVerdict['verdict'];
  readonly findings: readonly ToldFinding[];
  readonly states: number;
  readonly seconds: number;
  readonly machines: readonly MachineVerdict[];
}

export interface ToldFinding extends Finding {
  readonly machine: string;
  /** The way there, a line an event. */
  readonly path: readonly string[];
  /** The same, for Mermaid. */
  readonly mermaid: string;
}

export interface MachineProofOptions {
  /** Of one machine, with all that its context can hold. */
  readonly statesMax?: number;
}

/** Those of the product when no file is given. */
export async function verifyMachines(
  path: string | null,
  { statesMax }: MachineProofOptions,
  clock: Clock,
): Promise<MachineProof> {
  const begunAt = clock.elapsed();
  const subjects = path === null ? await productSubjects() : await loadSubjects(path);
  const machines = subjects.map((subject) => verifyMachine(subject, statesMax));
  const findings = machines.flatMap(({ machine, findings }) => findings.map(told(machine)));
  return {
    verdict: worstOf(machines),
    findings,
    states: machines.reduce((sum, { states }) => sum + states, 0),
    seconds: Math.round(clock.elapsed() - begunAt) / 1_000,
    machines,
  };
}

async function productSubjects(): Promise<readonly Subject[]> {
  return (await import('./product/subjects.ts')).productSubjects;
}

const told =
  (machine: string) =>
  (finding: Finding): ToldFinding => ({
    ...finding,
    machine,
    path: listOf(finding),
    mermaid: diagramOf(finding).join('\n'),
  });

function worstOf(machines: readonly MachineVerdict[]): MachineVerdict['verdict'] {
  const verdicts = new Set(machines.map(({ verdict }) => verdict));
  if (verdicts.has('refuted')) return 'refuted';
  return verdicts.has('bounded') ? 'bounded' : 'proved';
}
