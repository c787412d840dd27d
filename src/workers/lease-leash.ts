/**
 * The leash on which a worker's guardian holds what runs for it: its lease, as last renewed.
 *
 * Invariant: it is over before the lease is, also while the worker itself stands still.
 */
import type { Leash } from '../agents/processes/guardian.ts';
import type { Clock } from '../kernel/clock.ts';

/** Of what is left of a lease when the worker itself gives everything up. */
const beatsPerMargin = 4;

export class LeaseLeash implements Leash {
  readonly #clock: Clock;
  #overMs = Number.NEGATIVE_INFINITY;
  #marginMs = 0;
  #longer: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get leftMs(): number {
    return this.#overMs - this.#clock.elapsed();
  }

  get beatMs(): number {
    return this.#marginMs / beatsPerMargin;
  }

  /** Only whoever asked last: the guardian before that one is closed. */
  onLonger(call: () => void): void {
    this.#longer = call;
  }

  /** One that runs gives everything up `marginMs` before the lease is over. */
  renew(leaseOverMs: number, marginMs: number): void {
    this.#overMs = leaseOverMs - marginMs / 2;
    this.#marginMs = marginMs;
    this.#longer();
  }
}
