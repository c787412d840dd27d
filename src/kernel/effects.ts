/** Everything a step can want outside its actor: a closed union, and its one reading. */
import type { EventObject } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { SpawnWish } from '../../machines/messages.ts';
import { isSelf, parentRef } from './xstate.ts';

export type Effect =
  /** Messages, in order. */
  | { readonly kind: 'send'; readonly messages: readonly Message[] }
  /** New actors, each running a machine that the system knows by its id. */
  | { readonly kind: 'spawn'; readonly wishes: readonly SpawnWish[] }
  | { readonly kind: 'stop'; readonly addresses: readonly Address[] }
  | {
      readonly kind: 'timer.set';
      /** Null: it can't be cancelled, and stands beside others of its type. */
      readonly timer: string | null;
      readonly event: EventObject;
      readonly delayMs: number;
    }
  | { readonly kind: 'timer.cancel'; readonly timer: string }
  | ({ readonly kind: 'invoke.start' } & InvokeWish)
  | { readonly kind: 'invoke.stop'; readonly id: string }
  /** Something observers hear; it changes nothing. */
  | { readonly kind: 'fact'; readonly event: EventObject }
  /** A named action for a behaviour, or its own implementation, to carry out. */
  | {
      readonly kind: 'act';
      readonly name: string;
      readonly params: unknown;
      readonly run: Run | null;
    };

export interface InvokeWish {
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
}

export interface Message {
  readonly to: Destination;
  readonly event: EventObject;
  readonly ifThere?: boolean;
}

export type Destination =
  | Address
  | readonly Address[]
  | typeof parent
  | typeof self
  | { readonly child: string };

/** The actor that invoked the sender as its child. */
export const parent = Symbol('parent');
export const self = Symbol('self');

/** Its answer may be a promise, which is waited for as a behaviour's is. */
type Run = () => unknown;

/**
 * Reads one action that XState resolved, of this name (its type) and with these params; null for
 * one that asks nothing of the world. `run` is its implementation, `info` what that is given.
 */
export function effectOf(
  name: string,
  params: unknown,
  run: unknown,
  info: unknown,
): Effect | null {
  switch (name) {
    case 'send':
      return { kind: 'send', messages: [params as Message] };
    case 'sendAll':
      return sendAll(params as { messages: readonly Message[] });
    case 'spawnAll':
      return { kind: 'spawn', ...(params as { wishes: readonly SpawnWish[] }) };
    case 'stopAll':
      return { kind: 'stop', ...(params as { addresses: readonly Address[] }) };
    case 'xstate.raise':
      return raised(params as { event: EventObject; id?: string; delay?: number });
    case 'xstate.cancel':
      return { kind: 'timer.cancel', timer: (params as { sendId: string }).sendId };
    case 'xstate.spawnChild':
      return spawned(params as Spawned);
    case 'xstate.stopChild':
      return params ? { kind: 'invoke.stop', id: (params as { id: string }).id } : null;
    case 'xstate.emit':
      return { kind: 'fact', event: (params as { event: EventObject }).event };
    case 'xstate.sendTo':
      return sentTo(params as SentTo);
    default:
      return named(name, params, run, info);
  }
}

function sendAll({ messages }: { messages: readonly Message[] }): Effect | null {
  return messages.length > 0 ? { kind: 'send', messages } : null;
}

function raised({ event, id, delay }: { event: EventObject; id?: string; delay?: number }) {
  // Without a delay XState has already taken it inside the same step.
  if (delay === undefined) return null;
  return { kind: 'timer.set', timer: id ?? null, event, delayMs: delay } as const;
}

interface Spawned {
  readonly id: unknown;
  readonly src: unknown;
  readonly input: unknown;
}

function spawned({ id, src, input }: Spawned): Effect {
  if (typeof id === 'string' && typeof src === 'string') {
    return { kind: 'invoke.start', id, src, input };
  }
  throw new TypeError(`spawnChild can't be journalled without a fixed id and the name of an actor`);
}

interface SentTo {
  readonly to: { readonly id: string };
  readonly event: EventObject;
  readonly delay?: number;
}

function sentTo({ to, event, delay }: SentTo): Effect {
  if (delay !== undefined) {
    throw new TypeError(`a delayed sendTo can't be carried: use \`after\`, or raise with a delay`);
  }
  const receiver = to === parentRef ? parent : isSelf(to) ? self : { child: to.id };
  return { kind: 'send', messages: [{ to: receiver, event }] };
}

function named(name: string, params: unknown, exec: unknown, info: unknown): Effect {
  const run = typeof exec === 'function' ? () => exec(info, params) : null;
  return { kind: 'act', name, params, run };
}

/** What a state's entry writes to the child that it is about to invoke waits until that is born. */
export function afterBirths(effects: readonly Effect[]): readonly Effect[] {
  const births = new Map<string | null, Effect[]>();
  const groups: Effect[][] = [];
  for (const effect of effects.toReversed()) {
    const birth = births.get(receivingChild(effect));
    if (birth) {
      birth.splice(1, 0, effect);
      continue;
    }
    const group = [effect];
    groups.push(group);
    if (effect.kind === 'invoke.start') births.set(effect.id, group);
    if (effect.kind === 'invoke.stop') births.delete(effect.id);
  }
  return groups.toReversed().flat();
}

function receivingChild(effect: Effect): string | null {
  const to = effect.kind === 'send' ? effect.messages[0]?.to : null;
  return to && typeof to === 'object' && 'child' in to ? to.child : null;
}
