/**
 * Whether those who hold leases still live, judged by when this node saw their entries change.
 *
 * Owns: the newest revision that was seen of each entry, and since when. Invariant: nobody is taken
 * for dead whose entry has not stood unchanged before our eyes for all of its lease, by our own
 * clock: what the clocks of servers and of other nodes say does not count.
 */
import type { KvEntry } from '@nats-io/kv';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';

interface Sighting {
  readonly revision: number;
  readonly sinceMs: number;
}

const leaseMsMax = 3_600_000;

const holderSchema = z.object({
  node: z.string(),
  nonce: z.string(),
  /** For how long it may be silent; an older version does not say. */
  leaseMs: z.number().positive().max(leaseMsMax).optional(),
});

export type Holder = z.infer<typeof holderSchema>;

/** Null: what none of us has written. */
export function holderIn(entry: KvEntry): Holder | null {
  try {
    return holderSchema.parse(entry.json());
  } catch {
    return null;
  }
}

export class Sightings {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #seen = new Map<string, Sighting>();

  /** `leaseMs`: of whoever does not say it. */
  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  /** To be asked with an entry as it is now. */
  judge(key: string, entry: KvEntry | null): 'free' | 'held' {
    if (entry?.operation !== 'PUT') {
      this.#seen.delete(key);
      return 'free';
    }
    const nowMs = this.#clock.elapsed();
    const seen = this.#seen.get(key);
    // A server that is behind may show an older one: that is no sign of life.
    if (!seen || entry.revision > seen.revision) {
      this.#seen.set(key, { revision: entry.revision, sinceMs: nowMs });
      return 'held';
    }
    const leaseMs = holderIn(entry)?.leaseMs ?? this.#leaseMs;
    return nowMs - seen.sinceMs > leaseMs ? 'free' : 'held';
  }

  /** The others are looked at no more. */
  keepOnly(keys: readonly string[]): void {
    const kept = new Set(keys);
    for (const key of this.#seen.keys()) if (!kept.has(key)) this.#seen.delete(key);
  }
}
