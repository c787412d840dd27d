/** What a machine may hold to be hosted: refuses, with the reason, what a pure step can't carry. */
import { type AnyStateMachine, StateMachine } from 'xstate';
import { UserError } from './user-error.ts';
import type { Node } from './xstate.ts';

export type Logic =
  | { readonly kind: 'machine'; readonly machine: AnyStateMachine }
  /** `fromPromise`: its creator is called as a behaviour unless one is given. */
  | { readonly kind: 'promise'; readonly create: Create }
  /** Only named; a behaviour must be given. */
  | { readonly kind: 'named' };

export type Create = (args: { input: unknown; signal: AbortSignal }) => PromiseLike<unknown>;

/** What a machine invokes, by source name. */
export function logicOf(machine: AnyStateMachine): ReadonlyMap<string, Logic> {
  const found = new Map<string, Logic>();
  visit(machine.root as Node, (node) => {
    for (const invoke of node.invoke) {
      const src = String(invoke.src);
      refuseInline(machine, node, src);
      if ('onSnapshot' in invoke && invoke.onSnapshot) refuse(machine, node, 'onSnapshot');
      if (invoke.systemId !== undefined) refuse(machine, node, 'systemId');
      found.set(src, classify(machine, src, machine.implementations.actors[src]));
    }
  });
  return found;
}

function visit(node: Node, look: (node: Node) => void): void {
  look(node);
  for (const child of Object.values(node.states)) visit(child as Node, look);
}

function refuseInline(machine: AnyStateMachine, node: Node, src: string): void {
  if (src.startsWith('xstate.invoke.')) refuse(machine, node, 'an actor written inside `invoke`');
}

function refuse(machine: AnyStateMachine, node: Node, what: string): never {
  throw new UserError(
    'machine.refused',
    `${what} in state "${node.id}" of machine "${machine.id}" can't be journalled`,
    'name it in setup({ actors: { name: ... } }) and invoke it with src: "name"',
  );
}

function classify(machine: AnyStateMachine, src: string, logic: unknown): Logic {
  if (logic === undefined) return { kind: 'named' };
  if (logic instanceof StateMachine) return { kind: 'machine', machine: logic };
  if (isPromiseLogic(logic)) return { kind: 'promise', create: logic.config };
  throw new UserError(
    'machine.refused',
    `"${src}" of machine "${machine.id}" is neither a machine nor fromPromise`,
    'callbacks, observables and transition functions keep state that no journal sees: ' +
      'use fromPromise, a machine, or a behaviour given to the system',
  );
}

interface PromiseLogic {
  readonly config: Create;
}

/** Told by what it does: a promise logic ends with the data of its own resolve event. */
function isPromiseLogic(logic: unknown): logic is PromiseLogic {
  const { config, transition } = logic as Partial<PromiseLogic> & { transition?: unknown };
  if (typeof config !== 'function' || typeof transition !== 'function') return false;
  try {
    const active = { status: 'active', output: undefined, error: undefined, input: undefined };
    const next = transition(active, { type: 'xstate.promise.resolve', data: active }, {});
    return next?.status === 'done' && next.output === active;
  } catch {
    return false;
  }
}
