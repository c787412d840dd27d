/** Where a machine stands while it is explored: its snapshot, its timers, the work under way. */
import type { AnyMachineSnapshot, AnyStateNode, EventObject } from 'xstate';
import { fingerprint } from './fingerprint.ts';

export type Spot =
  /** Before its first step. */
  { readonly kind: 'unborn'; readonly key: 'unborn' } | Standing | Fallen;

export interface Standing {
  readonly kind: 'standing';
  readonly key: string;
  readonly snapshot: AnyMachineSnapshot;
  /** Delayed events that will come, by their ids. */
  readonly timers: ReadonlyMap<string, EventObject>;
  /** Invoked work that has not ended: its source by its id. */
  readonly works: ReadonlyMap<string, string>;
}

/** A step threw, or was without end. */
export interface Fallen {
  readonly kind: 'fallen';
  readonly key: string;
  readonly why: 'crash' | 'loop' | 'delay';
  readonly message: string;
}

export const unborn: Spot = { kind: 'unborn', key: 'unborn' };

export function standing(
  parts: Omit<Standing, 'kind' | 'key'>,
  view: (context: never) => unknown,
): Standing {
  const { snapshot, timers, works } = parts;
  const { value, context, status, historyValue } = snapshot;
  const history = Object.entries(historyValue).map(([id, nodes]) => [id, nodes?.map(idOf)]);
  const key = fingerprint([
    ...[value, view(context as never), status, history],
    ...[[...timers.keys()].sort(), [...works.keys()].sort()],
  ]);
  return { kind: 'standing', key, ...parts };
}

const idOf = (node: AnyStateNode): string => node.id;

/** The states that hold no others, as a person calls them: `verifying.checking`. */
export function stateOf(spot: Spot): string {
  switch (spot.kind) {
    case 'unborn':
      return '(unborn)';
    case 'fallen':
      return '(crashed)';
    case 'standing':
      return leaves(spot.snapshot).map(placeOf).join(' & ');
  }
}

export const placeOf = (node: AnyStateNode): string => node.path.join('.') || node.id;

/** The innermost states that it is in. */
export function leaves({ _nodes: nodes }: AnyMachineSnapshot): readonly AnyStateNode[] {
  const innermost = nodes.filter((node) => Object.keys(node.states).length === 0);
  return innermost.sort((a, b) => a.order - b.order);
}

export function isOver(spot: Spot): boolean {
  return spot.kind === 'standing' && spot.snapshot.status === 'done';
}
