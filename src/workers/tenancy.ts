/**
 * A worker's lease at its hub, kept by beats.
 *
 * Invariant: it is over here before it is over there. It counts from when a beat was sent that the
 * hub has answered; the hub counts from when that beat arrived.
 */
import type { Envelope } from '../bus/bus.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { LeaseLeash } from './lease-leash.ts';
import type { Join } from './wire.ts';
import { joinedSchema, keptSchema } from './wire.ts';

export interface TenancyOptions {
  readonly clock: Clock;
  readonly ask: (event: object, deadlineMs: number) => Promise<Envelope['event']>;
  /** What is worked on. */
  readonly tickets: () => readonly string[];
  /** What runs is held on it. */
  readonly leash: LeaseLeash;
  /** Nobody waits for this one any more. */
  readonly onVoid: (ticket: string) => void;
}

const joinWithinMs = 20_000;
const beatsPerLease = 5;
/** What ending everything may take. */
const marginMaxMs = 3_000;

export class Tenancy {
  /** Resolves when the lease is over, or nearly. */
  readonly over: Promise<void>;
  readonly #options: TenancyOptions;
  #end: () => void = () => {};
  #state: 'open' | 'over' = 'open';
  #leaseMs = 0;
  #keptMs = 0;
  #cancel: () => void = () => {};
  #cancelLook: () => void = () => {};

  constructor(options: TenancyOptions) {
    this.#options = options;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Rejects when the answer is older than the lease: its word waited for a hub that was away. */
  async open(join: Join): Promise<void> {
    const { clock, ask } = this.#options;
    const sentMs = clock.elapsed();
    const { leaseMs } = joinedSchema.parse(await ask(join, joinWithinMs));
    if (this.#state === 'over') return;
    this.#leaseMs = leaseMs;
    if (this.#leftFrom(sentMs) <= 0) throw tooLate();
    this.#keep(sentMs);
    this.#look();
    this.#later(sentMs);
  }

  /** Nothing is kept any more. */
  close(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#cancel();
    this.#cancelLook();
    this.#end();
  }

  #keep(sentMs: number): void {
    this.#keptMs = sentMs;
    this.#options.leash.renew(sentMs + this.#leaseMs, this.#marginMs);
  }

  /** Of the time for which it is kept by what was sent then, and answered. */
  #leftFrom(sentMs: number): number {
    return sentMs + this.#leaseMs - this.#marginMs - this.#options.clock.elapsed();
  }

  get #marginMs(): number {
    return Math.min(marginMaxMs, this.#leaseMs / 2);
  }

  /** At once, where the answer to what was sent then took longer than a beat. */
  #later(sentMs: number): void {
    const { clock } = this.#options;
    const pauseMs = sentMs + this.#leaseMs / beatsPerLease - clock.elapsed();
    this.#cancel = clock.at(clock.now() + Math.max(0, pauseMs), () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const { clock, ask, tickets, onVoid } = this.#options;
    const sentMs = clock.elapsed();
    try {
      const event = { type: 'worker.beat', tickets: tickets() };
      const kept = keptSchema.parse(await ask(event, this.#leaseMs));
      if (this.#state === 'over') return;
      this.#keep(sentMs);
      for (const ticket of kept.void) onVoid(ticket);
    } catch (error) {
      // A hub that knows nothing of it has given its work to others, or is a new one.
      if ((error as { code?: unknown }).code === 'worker.unknown') return this.close();
    }
    if (this.#state === 'open') this.#later(sentMs);
  }

  #look(): void {
    const { clock } = this.#options;
    const leftMs = this.#leftFrom(this.#keptMs);
    if (leftMs <= 0) return this.close();
    this.#cancelLook = clock.at(clock.now() + leftMs, () => this.#look());
  }
}

function tooLate(): UserError {
  const message = 'the hub took longer to let this worker in than the lease that it gives';
  return new UserError('worker.late', message, 'join again');
}
