/** Every state can be reached. */
import type { AnyStateNode } from 'xstate';
import type { Finding } from '../finding.ts';
import { placeOf } from '../spot.ts';
import { statesOf, structurallyUnreachable } from '../structure.ts';
import { type Explored, isSure } from './explored.ts';

export function unreachables(explored: Explored): Finding[] {
  const { machine } = explored.subject;
  const { entered, places } = explored.exploration;
  // Behind a step that threw there may be anything.
  const isOpen = !isSure(explored) || places.some(({ spot }) => spot.kind === 'fallen');
  const sure = new Set(structurallyUnreachable(machine).map(({ id }) => id));
  const missing = statesOf(machine).filter(({ id }) => {
    return !entered.has(id) && (sure.has(id) || !isOpen);
  });
  // What is inside of it goes without saying.
  const outer = missing.filter(({ parent }) => !missing.some(({ id }) => id === parent?.id));
  return outer.map((node) => unreachable(node, sure.has(node.id)));
}

function unreachable(node: AnyStateNode, isCutOff: boolean): Finding {
  const state = placeOf(node);
  const [why, hint] = isCutOff
    ? ['no transition leads there', 'give one to it, or remove it']
    : ['every transition to it is always refused or taken by another', 'look at their guards'];
  const message = `${state} can't be reached: ${why}`;
  return { property: 'unreachable', state, message, hint, trace: [] };
}
