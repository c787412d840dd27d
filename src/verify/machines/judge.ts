/**
 * What must hold of every machine, looked for in what was explored.
 *
 * Nothing is claimed that is not sure: where the exploration was cut off, or nobody knows what an
 * event carries, only what no guard could mend is a finding.
 */
import type { Finding } from './finding.ts';
import { crashes } from './rules/crashes.ts';
import { deadEnd, deadEnds } from './rules/dead-ends.ts';
import type { Explored } from './rules/explored.ts';
import { unreachables } from './rules/reach.ts';
import { traps } from './rules/traps.ts';
import { waits } from './rules/waits.ts';
import { stateOf } from './spot.ts';

export function judge(explored: Explored): readonly Finding[] {
  const dead = deadEnds(explored);
  const deadStates = dead.map(({ spot }) => stateOf(spot));
  return [
    ...crashes(explored),
    ...unreachables(explored),
    ...dead.map(deadEnd),
    ...traps(explored, dead),
    ...waits(explored, deadStates),
  ];
}
