/** What a step wants of the world beyond its system: the core says it, the performer does it. */
import type { EventObject } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { Actor, Invocation } from './actor.ts';
import type { ActorState } from './state.ts';

/** Performed only once the input that caused it is on disk (K3). */
export type Wish =
  | { readonly kind: 'invoke'; readonly actor: Actor; readonly invocation: Invocation }
  | { readonly kind: 'cease'; readonly effect: string }
  | ActWish
  | FactWish
  | { readonly kind: 'reply'; readonly to: Address; readonly event: EventObject }
  | { readonly kind: 'ended'; readonly actor: Actor };

export interface ActWish {
  readonly kind: 'act';
  readonly address: Address;
  readonly machine: string;
  /** Fences it: `<input number>.<index>`. */
  readonly effect: string;
  readonly name: string;
  readonly params: unknown;
  readonly run: (() => unknown) | null;
}

/** The number of the input that wanted it. */
export function inputOf({ effect }: ActWish): number {
  return Number.parseInt(effect, 10);
}

export interface FactWish {
  readonly kind: 'fact';
  /** Counts the facts of a system from 1, without gaps. */
  readonly seq: number;
  readonly at: number;
  readonly actor: Address;
  readonly event: EventObject;
}

/** Hears of a step once it is taken: the event (null: it was born) and where it stood before. */
export type OnStep = (actor: Actor, event: EventObject | null, before: ActorState) => void;
