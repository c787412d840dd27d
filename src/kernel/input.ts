/** What comes into a system from outside, numbered and dated: all that its journal ever holds. */
import type { EventObject } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { SpawnWish } from '../../machines/messages.ts';

export type Input =
  | ({ readonly kind: 'spawn' } & SpawnWish)
  | { readonly kind: 'stop'; readonly address: Address }
  /** A message from a person, a program or another node. */
  | {
      readonly kind: 'event';
      readonly to: Address;
      readonly event: EventObject;
      readonly by?: string;
    }
  /** The end of an invocation; `effect` fences it. */
  | ({ readonly kind: 'done'; readonly output: unknown } & Invoked)
  | ({ readonly kind: 'broke'; readonly error: ErrorData } & Invoked)
  /** A timer has come due; `by`: a person who would not wait for it. */
  | {
      readonly kind: 'timer';
      readonly to: Address;
      readonly timer: string;
      readonly by?: string;
    }
  /** Time that does not count: whatever is timed (`of` these actors only) waits so much longer. */
  | { readonly kind: 'pause'; readonly forMs: number; readonly of?: readonly Address[] };

interface Invoked {
  readonly to: Address;
  /** The id of the `invoke` in the machine. */
  readonly id: string;
  /** The effect that started it: an end with another one changes nothing (K4). */
  readonly effect: string;
}

/** An Error as JSON keeps it. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
}

export interface Stamped {
  /** Counts the inputs of a system from 1, without gaps. */
  readonly n: number;
  /** Milliseconds since the epoch; never less than the one before. */
  readonly at: number;
  readonly input: Input;
}

/** Whatever was thrown, as data; what is data already stays as it is. */
export function errorData(error: unknown): ErrorData {
  if (error instanceof Error || isErrorData(error)) {
    return { name: error.name, message: error.message };
  }
  return { name: 'Error', message: typeof error === 'string' ? error : textOf(error) };
}

function isErrorData(error: unknown): error is ErrorData {
  if (typeof error !== 'object' || error === null) return false;
  const { name, message } = error as Partial<ErrorData>;
  return typeof name === 'string' && typeof message === 'string';
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'something that has no text was thrown';
  }
}
