/** Every machine of a person's file, or of the product, proved one by one. */
import type { Clock } from '../../kernel/clock.ts';
import { explore } from './explore.ts';
import type { Finding } from './finding.ts';
import { loadSubjects } from './load-machine.ts';
import { nameOf, type Unheard, unheard } from './protocol.ts';
import type { Explored } from './rules/explored.ts';
import { diagramOf, listOf } from './story.ts';
import type { Subject } from './subject.ts';
import { type MachineVerdict, verdictOf } from './verify-machine.ts';

export interface MachineProof {
  readonly verdict: MachineVerdict['verdict'];
  readonly findings: readonly ToldFinding[];
  readonly states: number;
  readonly seconds: number;
  readonly machines: readonly MachineVerdict[];
  /** Of the product: what may reach a machine where nothing takes it, and why that is no loss. */
  readonly protocol: readonly ExplainedGap[];
}

export interface ExplainedGap extends Unheard {
  readonly because: string;
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
  const explored = subjects.map((subject) => {
    return { subject, exploration: explore(subject, statesMax) };
  });
  const gaps = path === null ? await gapsOf(explored) : noGaps;
  const machines = explored.map((one) => {
    const verdict = verdictOf(one);
    const lost = gaps.unexplained.filter(({ machine }) => machine === verdict.machine);
    if (lost.length === 0) return verdict;
    return { ...verdict, verdict: 'refuted' as const, findings: [...verdict.findings, ...lost] };
  });
  const findings = machines.flatMap(({ machine, findings }) => findings.map(told(machine)));
  return {
    verdict: worstOf(machines),
    findings,
    states: machines.reduce((sum, { states }) => sum + states, 0),
    seconds: Math.round(clock.elapsed() - begunAt) / 1_000,
    machines,
    protocol: gaps.explained,
  };
}

interface Gaps {
  readonly explained: readonly ExplainedGap[];
  readonly unexplained: readonly (Finding & { readonly machine: string })[];
}

const noGaps: Gaps = { explained: [], unexplained: [] };

/** A person's machines talk by means of their own, which nobody knows. */
async function gapsOf(explored: readonly Explored[]): Promise<Gaps> {
  const { productUnheard } = await import('./product/unheard.ts');
  const all = unheard(explored).map((gap) => {
    const { states = [], because = '' } = productUnheard[nameOf(gap)] ?? {};
    return { ...gap, because, unexplained: gap.states.filter((one) => !states.includes(one)) };
  });
  return {
    explained: all.map(({ unexplained: _, ...gap }) => gap),
    unexplained: all.flatMap(({ type, to, from, unexplained }) => {
      return unexplained.map((state) => lostMessage(type, to, from, state));
    }),
  };
}

function lostMessage(type: string, machine: string, from: readonly string[], state: string) {
  const message = `${type} from ${from.join(', ')} is lost in ${state}: nothing takes it there`;
  const hint = 'take it there, or explain it in product/unheard.ts';
  return { property: 'unheard', machine, state, message, hint, trace: [] } as const;
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
