/** A machine as a flat list of what it may do, read from its definition and not by running it. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

export interface Edge {
  /** The path of the state that has the transition; empty for the whole machine. */
  readonly from: string;
  /** The event's type; empty for one that needs none. */
  readonly event: string;
  readonly guard: string | null;
  /** Null: it stays where it is. */
  readonly to: string | null;
  readonly actions: readonly string[];
}

export function nodesOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  return below(machine.root);
}

function below(node: AnyStateNode): AnyStateNode[] {
  const inner = Object.values(node.states as Record<string, AnyStateNode>);
  return [node, ...inner.flatMap(below)];
}

export const pathOf = (node: AnyStateNode): string => node.path.join('.');

export function edgesOf(machine: AnyStateMachine): readonly Edge[] {
  return nodesOf(machine).flatMap((node) => {
    const triggered = [...node.transitions].flatMap(([event, transitions]) => {
      return transitions.map((transition) => edge(node, event, transition));
    });
    return [...triggered, ...(node.always ?? []).map((always) => edge(node, '', always))];
  });
}

function edge(node: AnyStateNode, event: string, transition: AnyTransitionDefinition): Edge {
  const { guard, target, actions } = transition;
  const first = target?.[0] as AnyStateNode | undefined;
  return {
    from: pathOf(node),
    event,
    guard: guard === undefined ? null : guardName(guard),
    to: first ? pathOf(first) : null,
    actions: actions.map(actionName),
  };
}

/** What the kernel or XState calls it: `send`, `assign`, `emit`; XState raises what is to wait. */
export function actionName(action: unknown): string {
  const { type } = action as { type: string };
  return type === 'xstate.raise' ? 'timer' : type.replace(/^xstate\./, '');
}

/** The names of a transition's target and of every state around it. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`);
}

/** As its author calls it. */
export function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') return guard.name || 'a guard';
  return String((guard as { type?: unknown }).type);
}
