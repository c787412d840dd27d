/** XState by itself as the judge of the kernel's charts: its own pure steps, described plainly. */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, StateValue } from 'xstate';
import type { Children } from '../../src/kernel/configuration.ts';
import { type Effect, type Message, parent, self } from '../../src/kernel/effects.ts';
import type { Step } from '../../src/kernel/state.ts';
import {
  isSelf,
  type Node,
  PureMachine,
  parentRef,
  type ResolvedAction,
} from '../../src/kernel/xstate.ts';

/** All that can be seen of a step, in words that both sides share. */
export interface Seen {
  readonly status: string;
  readonly value: unknown;
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly tags: readonly string[];
  readonly children: readonly string[];
  readonly history: unknown;
  readonly effects: readonly Description[];
}

type Description = readonly unknown[];
type Params = Readonly<Record<string, unknown>>;

export class Oracle {
  readonly #pure: PureMachine;
  #snapshot: AnyMachineSnapshot | undefined;

  constructor(machine: AnyStateMachine) {
    this.#pure = new PureMachine(machine);
  }

  begin(input: unknown): Seen {
    const [snapshot, actions] = this.#pure.initial(input);
    if (snapshot.status === 'error') throw snapshot.error;
    return this.#taken(snapshot, actions);
  }

  take(event: EventObject): Seen {
    return this.#taken(...this.#pure.transition(this.#snapshot as AnyMachineSnapshot, event));
  }

  #taken(snapshot: AnyMachineSnapshot, actions: readonly ResolvedAction[]): Seen {
    const effects = afterBirths(actions.map(describeAction).filter((word) => word !== null));
    this.#snapshot = inDocumentOrder(snapshot);
    const { status, value, context, output, error, tags, children, historyValue } = this.#snapshot;
    return {
      ...{ status, value, context, output, error, effects },
      tags: [...tags].sort(),
      children: Object.entries(children as Children).map(([id, { src }]) => `${id}=${src}`),
      history: idsOf(historyValue as Record<string, readonly Node[]>),
    };
  }
}

/** What a chart's step shows. */
export function seenOf({ state, effects }: Step): Seen {
  const { at, context, status, output, error, children, history } = state;
  return {
    ...{ status, value: at.value, context, output, error },
    tags: [...at.tags].sort(),
    children: Object.entries(children).map(([id, { src }]) => `${id}=${src}`),
    history: idsOf(history),
    effects: effects.map(describeEffect),
  };
}

function describeAction({ type, params, exec }: ResolvedAction): Description | null {
  const { event, id, delay, sendId, src, input, to, ...kernels } = (params ?? {}) as Params;
  switch (type) {
    case 'send':
      return ['sends', [params]];
    case 'sendAll':
      return (kernels.messages as unknown[]).length > 0 ? ['sends', kernels.messages] : null;
    case 'spawnAll':
      return ['spawn', kernels.wishes];
    case 'stopAll':
      return ['stop', kernels.addresses];
    case 'xstate.raise':
      return delay === undefined ? null : ['timer', id, event, delay];
    case 'xstate.cancel':
      return ['cancel', sendId];
    case 'xstate.spawnChild':
      return ['invoke', id, src, input];
    case 'xstate.stopChild':
      return params ? ['cease', id] : null;
    case 'xstate.emit':
      return ['fact', event];
    case 'xstate.sendTo':
      if (delay !== undefined) throw new TypeError('late');
      return ['send', receiverOf(to as { id: string }), event];
    default:
      return ['act', type, params, typeof exec];
  }
}

function receiverOf(to: { id: string }): string {
  if (to === parentRef) return 'parent';
  return isSelf(to) ? 'self' : `child ${to.id}`;
}

function describeEffect(effect: Effect): Description {
  switch (effect.kind) {
    case 'timer.set':
      return ['timer', effect.timer ?? undefined, effect.event, effect.delayMs];
    case 'timer.cancel':
      return ['cancel', effect.timer];
    case 'invoke.start':
      return ['invoke', effect.id, effect.src, effect.input];
    case 'invoke.stop':
      return ['cease', effect.id];
    case 'fact':
      return ['fact', effect.event];
    case 'act':
      return ['act', effect.name, effect.params, effect.run ? 'function' : 'undefined'];
    case 'spawn':
      return ['spawn', effect.wishes];
    case 'stop':
      return ['stop', effect.addresses];
    case 'send':
      return describeMessages(effect.messages);
  }
}

function describeMessages(messages: readonly Message[]): Description {
  const [{ to, event }] = messages as [Message];
  if (to === parent) return ['send', 'parent', event];
  if (to === self) return ['send', 'self', event];
  if (typeof to === 'object' && 'child' in to) return ['send', `child ${to.child}`, event];
  return ['sends', messages];
}

/** A state may write to the child that it is about to invoke: XState delivers after the birth. */
function afterBirths(words: readonly Description[]): Description[] {
  const said: Description[] = [];
  for (const word of words) {
    said.push(word);
    if (word[0] !== 'invoke') continue;
    const ceased = said.findLastIndex(([what, id]) => what === 'cease' && id === word[1]);
    const early = said.filter(
      ([what, to], at) => at > ceased && what === 'send' && to === `child ${word[1]}`,
    );
    said.splice(0, said.length, ...said.filter((one) => !early.includes(one)), ...early);
  }
  return said;
}

/** XState's own order of regions depends on the way there; the kernel's is the document's. */
function inDocumentOrder(snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
  const _nodes = [...snapshot._nodes].sort((a, b) => a.order - b.order);
  const value = valueIn(snapshot.machine.root as Node, new Set(_nodes as Node[]));
  return Object.assign(Object.create(null), snapshot, { _nodes, value });
}

function valueIn(node: Node, active: ReadonlySet<Node>): StateValue {
  const children = (Object.values(node.states) as Node[]).filter((child) => active.has(child));
  const [only] = children;
  if (only && node.type === 'compound' && isLeaf(only)) return only.key;
  return Object.fromEntries(children.map((child) => [child.key, valueIn(child, active)]));
}

function isLeaf({ type }: Node): boolean {
  return type === 'atomic' || type === 'final';
}

function idsOf(history: Readonly<Record<string, readonly Node[]>>): Record<string, string[]> {
  const entries = Object.entries(history).map(([id, nodes]) => [id, nodes.map(({ id }) => id)]);
  return Object.fromEntries(entries);
}
