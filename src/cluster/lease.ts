/**
 * A lease on a key: taken by one, kept as long as it is renewed, and free when its holder is dead.
 *
 * Owns: the entry in the bucket. Invariants:
 * - its token, the revision at which it was taken, rises with every holder;
 * - the holder knows that it lost the lease before anybody else can take it: its time counts from
 *   before it asked, that of others from when they saw it renewed, each by a clock of its own.
 */
import { JetStreamApiError } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import type { Clock } from '../kernel/clock.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { isOutrun } from './refusals.ts';
import { type Holder, holderIn, type Sightings } from './sightings.ts';

export interface LeaseOptions {
  readonly kv: KV;
  readonly key: string;
  /** Who holds it, for others to read. */
  readonly node: string;
  /** Unlike that of any other holder. */
  readonly nonce: string;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** What this node has seen of others. */
  readonly sightings: Sightings;
}

const renewalsPerLease = 8;
/** No answer to one is waited for longer than a part of it. */
const answersPerLease = 4;
const beatsPerLease = 10;
/** What is left of it then is the time to stop what goes on under it. */
const givenUpAfter = 0.7;
/** For a process that stands still it is over then: somebody else ends what it has begun. */
const overAfter = 0.8;

export class Lease {
  readonly token: number;
  readonly #options: LeaseOptions;
  #revision: number;
  #renewedMs: number;
  #state: 'held' | 'lost' | 'released' = 'held';
  #timer: (() => void) | null = null;
  #renewing: Promise<void> | null = null;
  readonly #onLost: (() => void)[] = [];
  readonly #onLonger: (() => void)[] = [];
  #trouble: unknown = null;

  private constructor(options: LeaseOptions, token: number, askedMs: number) {
    this.#options = options;
    this.token = token;
    this.#revision = token;
    this.#renewedMs = askedMs;
    this.#beat();
  }

  /** Rejects with `run.elsewhere` while somebody else holds it. */
  static async take(options: LeaseOptions): Promise<Lease> {
    const { kv, key, nonce, clock, sightings } = options;
    const before = await kv.get(key);
    if (before && sightings.judge(key, before) === 'held') throw elsewhere(key, before);
    const askedMs = clock.elapsed();
    try {
      const token = await kv.put(key, entryOf(options), { previousSeq: before?.revision ?? 0 });
      return new Lease(options, token, askedMs);
    } catch (error) {
      const entry = await kv.get(key).catch(() => null);
      // Only the answer was lost.
      if (entry && holderIn(entry)?.nonce === nonce) {
        return new Lease(options, entry.revision, askedMs);
      }
      throw isOutrun(error) ? elsewhere(key, entry) : error;
    }
  }

  get isHeld(): boolean {
    return this.#state === 'held';
  }

  /** Of the time in which nothing of what goes on under it may be left. */
  get leftMs(): number {
    const { clock, leaseMs } = this.#options;
    return this.#renewedMs + leaseMs * overAfter - clock.elapsed();
  }

  get beatMs(): number {
    return this.#options.leaseMs / beatsPerLease;
  }

  /** Calls at every renewal. */
  onLonger(call: () => void): void {
    this.#onLonger.push(call);
  }

  /** Why it was lost, as far as the servers have said anything. */
  get trouble(): string {
    return this.#trouble instanceof JetStreamApiError ? this.#trouble.message : '';
  }

  /** Calls all of them once; at once when it is lost already. */
  onLost(call: () => void): void {
    if (this.#state === 'lost') call();
    else this.#onLost.push(call);
  }

  /** Others may take it from now on. */
  async release(): Promise<void> {
    if (this.#state !== 'held') return;
    this.#state = 'released';
    this.#timer?.();
    // A renewal on its way would make the revision another one.
    await this.#renewing;
    const { kv, key } = this.#options;
    // One that can't be told runs out by itself.
    await kv.delete(key, { previousSeq: this.#revision }).catch(() => {});
  }

  #beat(): void {
    const { clock, leaseMs } = this.#options;
    this.#timer = clock.at(clock.now() + leaseMs / renewalsPerLease / 2, () => {
      const ageMs = clock.elapsed() - this.#renewedMs;
      if (ageMs > leaseMs * givenUpAfter) return this.#lose();
      if (ageMs >= leaseMs / renewalsPerLease) this.#renewOnce();
      this.#beat();
    });
  }

  #renewOnce(): void {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
  }

  async #renew(): Promise<void> {
    const { kv, key, clock, leaseMs } = this.#options;
    const askedMs = clock.elapsed();
    try {
      const timeout = leaseMs / answersPerLease;
      this.#revision = await kv.update(key, entryOf(this.#options), this.#revision, timeout);
      this.#extend(askedMs);
    } catch (error) {
      this.#trouble = error;
      await this.#lookAgain(askedMs);
    }
  }

  /** The answer to a renewal may have been lost, and the lease not. */
  async #lookAgain(askedMs: number): Promise<void> {
    const { kv, key, nonce } = this.#options;
    try {
      const entry = await kv.get(key);
      // A server that is behind may show what was there before.
      if (entry && entry.revision <= this.#revision) return;
      const isOurs = entry?.operation === 'PUT' && holderIn(entry)?.nonce === nonce;
      if (!isOurs) return this.#lose();
      this.#revision = entry.revision;
      this.#extend(askedMs);
    } catch {
      // Nobody answers: time tells.
    }
  }

  #extend(askedMs: number): void {
    this.#renewedMs = askedMs;
    for (const call of this.#onLonger) call();
  }

  #lose(): void {
    if (this.#state !== 'held') return;
    this.#state = 'lost';
    this.#timer?.();
    for (const call of this.#onLost) call();
  }
}

export function leaseLost(run: string, trouble: string): UserError {
  const why = trouble === '' ? 'it could not say in time that it still lives' : trouble;
  const message = `this node has lost ${run}: ${why}`;
  return new UserError('run.lease-lost', message, 'another node goes on with it');
}

const elsewhereCode = 'run.elsewhere';

/** Somebody else holds it: nothing else that may go wrong says so. */
export const isElsewhere = (error: unknown): boolean =>
  isUserError(error) && error.code === elsewhereCode;

function entryOf({ node, nonce, leaseMs }: LeaseOptions): string {
  return JSON.stringify({ node, nonce, leaseMs } satisfies Holder);
}

function elsewhere(key: string, entry: KvEntry | null): UserError {
  const holder = entry && holderIn(entry);
  const message = `${key} is worked on by ${holder ? `the node ${holder.node}` : 'somebody else'}`;
  return new UserError(elsewhereCode, message, 'look there, or stop it there first');
}
