/** What a machine could do if no guard ever refused: whatever is impossible here is impossible. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { nodesOf } from './graph.ts';

/** Every state that can be entered from these on, with those around and inside of it. */
export function reachableFrom(starts: readonly AnyStateNode[]): ReadonlySet<AnyStateNode> {
  const reached = new Set<AnyStateNode>();
  const open: AnyStateNode[] = [];
  const enter = (node: AnyStateNode): void => {
    if (reached.has(node)) return;
    reached.add(node);
    open.push(node);
    if (node.parent) enter(node.parent);
  };
  for (const start of starts) enter(start);
  for (let node = open.pop(); node; node = open.pop()) {
    for (const next of [...targetsOf(node), ...insideOf(node)]) enter(next);
  }
  return reached;
}

function targetsOf(node: AnyStateNode): readonly AnyStateNode[] {
  const all = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return all.flatMap(({ target }) => (target as AnyStateNode[] | undefined) ?? []);
}

/** What is entered with it; a parent that was only left for a child's sake enters its first too. */
function insideOf(node: AnyStateNode): readonly AnyStateNode[] {
  const inner = Object.values(node.states) as AnyStateNode[];
  switch (node.type) {
    case 'parallel':
      return inner;
    case 'history':
      return node.parent ? (Object.values(node.parent.states) as AnyStateNode[]) : [];
    default:
      return (node.initial?.target as AnyStateNode[] | undefined) ?? [];
  }
}

/** States that no way of any kind leads to. */
export function structurallyUnreachable(machine: AnyStateMachine): readonly AnyStateNode[] {
  const reached = reachableFrom([machine.root]);
  return statesOf(machine).filter((node) => !reached.has(node));
}

/** All that can be stood in; a history state is only a way. */
export function statesOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  return nodesOf(machine).filter(({ type, parent }) => parent !== undefined && type !== 'history');
}

/** Final states that end the whole machine. */
export function endsOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  return endsIn(machine.root);
}

function endsIn(node: AnyStateNode): AnyStateNode[] {
  const inner = Object.values(node.states) as AnyStateNode[];
  const finals = inner.filter(({ type }) => type === 'final');
  if (node.type !== 'parallel') return finals;
  const regions = inner.map(endsIn);
  return regions.every((ends) => ends.length > 0) ? regions.flat() : [];
}
