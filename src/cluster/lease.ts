/**
 * A lease on a key: taken by one, kept as long as it is renewed, and free when its holder is dead.
 *
 * Owns: the entry in the bucket, whose age the servers limit. Invariants:
 * - its token, the revision at which it was taken, rises with every holder;
 * - the holder knows that it lost the lease before anybody else can take it: its time counts from
 *   before it asked, the servers' from after, each by a clock of its own.
 */
import type { KV } from '@nats-io/kv';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';

export interface LeaseOptions {
  readonly kv: KV;
  readonly key: string;
  /** Who holds it, for others to read. */
  readonly node: string;
  /** Unlike that of any other holder. */
  readonly nonce: string;
  readonly clock: Clock;
  readonly leaseMs: number;
}

interface Holder {
  readonly node: string;
  readonly nonce: string;
}

const renewalsPerLease = 4;
/** What is left of it then is the time to stop what goes on under it. */
const givenUpAfter = 0.7;

export class Lease {
  readonly token: number;
  readonly #options: LeaseOptions;
  #revision: number;
  #renewedMs: number;
  #state: 'held' | 'lost' | 'released' = 'held';
  #timer: (() => void) | null = null;
  #renewing: Promise<void> | null = null;
  #onLost: () => void = () => {};

  private constructor(options: LeaseOptions, token: number, askedMs: number) {
    this.#options = options;
    this.token = token;
    this.#revision = token;
    this.#renewedMs = askedMs;
    this.#beat();
  }

  /** Rejects with `run.elsewhere` while somebody else holds it. */
  static async take(options: LeaseOptions): Promise<Lease> {
    const { kv, key, node, nonce, clock } = options;
    const askedMs = clock.elapsed();
    try {
      const token = await kv.create(key, JSON.stringify({ node, nonce } satisfies Holder));
      return new Lease(options, token, askedMs);
    } catch (error) {
      const holder = await holderOf(kv, key).catch(() => null);
      throw holder ? elsewhere(key, holder) : error;
    }
  }

  get isHeld(): boolean {
    return this.#state === 'held';
  }

  /** Calls once, at once when it is lost already. */
  onLost(call: () => void): void {
    this.#onLost = call;
    if (this.#state === 'lost') call();
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
    const { kv, key, node, nonce, clock, leaseMs } = this.#options;
    const askedMs = clock.elapsed();
    try {
      const value = JSON.stringify({ node, nonce } satisfies Holder);
      this.#revision = await kv.update(key, value, this.#revision, leaseMs / 2);
      this.#renewedMs = askedMs;
    } catch {
      await this.#lookAgain(askedMs);
    }
  }

  /** The answer to a renewal may have been lost, and the lease not. */
  async #lookAgain(askedMs: number): Promise<void> {
    const { kv, key, nonce } = this.#options;
    try {
      const entry = await kv.get(key);
      const isOurs = entry?.operation === 'PUT' && entry.json<Holder>().nonce === nonce;
      if (!isOurs) return this.#lose();
      if (entry.revision > this.#revision) this.#renewedMs = askedMs;
      this.#revision = entry.revision;
    } catch {
      // Nobody answers: time tells.
    }
  }

  #lose(): void {
    if (this.#state !== 'held') return;
    this.#state = 'lost';
    this.#timer?.();
    this.#onLost();
  }
}

/** Null: nobody. */
export async function holderOf(kv: KV, key: string): Promise<string | null> {
  const entry = await kv.get(key);
  return entry?.operation === 'PUT' ? entry.json<Holder>().node : null;
}

function elsewhere(key: string, node: string): UserError {
  const message = `${key} is worked on by the node ${node}`;
  return new UserError('run.elsewhere', message, `look there, or stop it there first`);
}
