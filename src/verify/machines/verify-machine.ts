/** One machine proved, refuted, or looked at as far as allowed: the verdict and its reasons. */
import { explore } from './explore.ts';
import type { Finding } from './finding.ts';
import { judge } from './judge.ts';
import type { Explored } from './rules/explored.ts';
import { goalOf } from './rules/traps.ts';
import type { Subject } from './subject.ts';

export interface MachineVerdict {
  readonly machine: string;
  readonly verdict: 'proved' | 'refuted' | 'bounded';
  readonly findings: readonly Finding[];
  /** Of the machine, with all that its context can hold. */
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** What is not known, and what would tell. */
  readonly notes: readonly string[];
}

export function verifyMachine(subject: Subject, statesMax?: number): MachineVerdict {
  return verdictOf({ subject, exploration: explore(subject, statesMax) });
}

export function verdictOf({ subject, exploration }: Explored): MachineVerdict {
  const findings = judge({ subject, exploration });
  const { places, depth, frontier, unknowns } = exploration;
  const share = Math.round((100 * frontier) / places.length);
  const notes = [
    ...(frontier > 0 ? [cutOff(places.length, depth, share)] : []),
    ...[...unknowns].map(([type, keys]) => unknownNote(type, [...keys])),
    ...(goalOf(subject) ? [] : [goalless]),
  ];
  const isWhole = frontier === 0 && unknowns.size === 0;
  return {
    machine: subject.machine.id,
    verdict: findings.length > 0 ? 'refuted' : isWhole ? 'proved' : 'bounded',
    findings,
    states: places.length - 1,
    transitions: places.reduce((sum, { ways }) => sum + ways.length, 0),
    depth,
    notes,
  };
}

const cutOff = (states: number, depth: number, share: number): string =>
  `looked at ${states} states, to depth ${depth}; ${share} % of them were not gone on from`;

const goalless = 'it has neither a final state nor `idle`: what it must come back to is not known';

function unknownNote(type: string, keys: readonly string[]): string {
  const read = keys.join(', ');
  const work = /^xstate\.done\.actor\.(.+)$/.exec(type)?.[1];
  return work
    ? `what "${work}" ends with is not known: export const outputs = { source: [...] }`
    : `nobody says what "${type}" carries (${read}): export const events = { '${type}': ... }`;
}
