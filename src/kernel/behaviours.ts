/** What the world does when a machine names it: invoked work, and named actions. */
import type { Address } from '../../machines/ids.ts';
import type { Cancellation } from './cancellation.ts';

/** One call of a behaviour. */
export interface Call<Input = unknown> {
  /** What the machine gave: an invoke's input, an action's params. */
  readonly input: Input;
  readonly actor: Address;
  /**
   * The same number for the same wish, in every life of the process: an idempotency key. A
   * behaviour may be called twice for it when the process died before the end was journalled.
   */
  readonly effect: string;
  /** True when an earlier life of the process has called it before, and died. */
  readonly resumed: boolean;
  /** Aborted when the machine no longer wants it. */
  readonly signal: AbortSignal;
  /** The same for whoever only asks or listens: far lighter. */
  readonly cancellation: Cancellation;
}

/** An invoke's answer is its promise's value; an action's answer is dropped. */
// biome-ignore lint/suspicious/noConfusingVoidType: a behaviour may well return nothing
export type Behaviour<Input = never> = (call: Call<Input>) => unknown | void;

/** By the machine's id, then by the name of its invoke source or action. */
export type Behaviours = Readonly<Record<string, Readonly<Record<string, Behaviour>>>>;
