/** Those who can be given the attempts of runs, over whichever wire they are reached. */
import type { Cancellation } from '../kernel/cancellation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Correspondence } from './correspondence.ts';
import type { Freight } from './freight.ts';
import type { Seat, Wish } from './roster.ts';

/** A run, as long as it goes on here. */
export interface Undertaking {
  /** Until nobody can still be at what the run had begun under another hub; undefined: now. */
  ready(cancellation: Cancellation): Promise<void> | undefined;
  /** It goes on here no more. */
  close(): void;
}

export interface Labour {
  readonly clock: Clock;
  readonly post: Correspondence;
  readonly freight: Freight;
  /** Nobody on the way can read along: keys may travel. */
  readonly isPrivate: boolean;
  /** Those who are there and, being of another version, get nothing. */
  readonly strangers: readonly { readonly name: string; readonly version: string }[];
  /** The run goes on here. */
  undertake(run: string): Undertaking;
  /** Whether anybody who is here could do it, free or not. */
  knows(wish: Wish): boolean;
  /** A free place, waited for so long at most; null when there was none. */
  seat(wish: Wish, waitMs: number, given: Cancellation, run: string): Promise<Seat | null>;
  giveBack(seat: Seat): void;
}
