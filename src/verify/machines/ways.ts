/** Every transition of a machine by a key that stays the same for the same definition. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { guardName, nodesOf, pathOf } from './graph.ts';

export interface WayOf {
  /** `running task.reported 1`: the state, the event, and its place among those for it. */
  readonly key: string;
  readonly from: string;
  /** Empty: at once. */
  readonly event: string;
  readonly guard: string | null;
  /** Null: it stays where it is. */
  readonly to: string | null;
}

export function waysOf(machine: AnyStateMachine): readonly WayOf[] {
  return [...keysOf(machine)].map(([definition, key]) => {
    const { source, eventType, guard, target } = definition;
    const first = target?.[0] as AnyStateNode | undefined;
    return {
      key,
      from: pathOf(source as AnyStateNode),
      event: eventType,
      guard: guard === undefined ? null : guardName(guard),
      to: first ? pathOf(first) : null,
    };
  });
}

/** By the definitions of this very machine; a copy of it has its own, under the same keys. */
export function keysOf(machine: AnyStateMachine): ReadonlyMap<AnyTransitionDefinition, string> {
  const keys = new Map<AnyTransitionDefinition, string>();
  for (const node of nodesOf(machine)) {
    for (const [event, definitions] of [...node.transitions, ['', node.always ?? []] as const]) {
      definitions.forEach((definition, at) => {
        keys.set(definition, `${pathOf(node)} ${event} ${at + 1}`);
      });
    }
  }
  return keys;
}
