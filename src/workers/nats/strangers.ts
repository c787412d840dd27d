/**
 * Those in the register who are of another version of Troupe: they and we never meet, and somebody
 * should be told.
 *
 * Owns: who they are. Invariant: one that was not heard of for two leases is forgotten, as the
 * servers do not say when they forget an entry.
 */
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import { jsonIn } from './queues.ts';

/** Of what another version writes, only this is counted on. */
const entrySchema = z.looseObject({
  version: z.string().min(1).max(200),
  name: z.string().min(1).max(200).optional(),
});

export interface Stranger {
  readonly name: string;
  readonly version: string;
}

interface Seen extends Stranger {
  readonly heardMs: number;
}

const strangersMax = 1_000;

export class Strangers {
  readonly #clock: Clock;
  readonly #version: string;
  readonly #keptMs: number;
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock, version: string, leaseMs: number) {
    this.#clock = clock;
    this.#version = version;
    this.#keptMs = 2 * leaseMs;
  }

  /** What is news of it: null for who is of our version, or was told of before. */
  note(key: string, text: string): Stranger | null {
    const stranger = this.#strangerIn(key, text);
    if (!stranger) return null;
    this.#forgetOld();
    const isKnown = this.#seen.has(key);
    if (!isKnown && this.#seen.size >= strangersMax) return null;
    this.#seen.set(key, { ...stranger, heardMs: this.#clock.elapsed() });
    return isKnown ? null : stranger;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }

  get all(): readonly Stranger[] {
    this.#forgetOld();
    return [...this.#seen.values()].map(({ name, version }) => ({ name, version }));
  }

  #strangerIn(key: string, text: string): Stranger | null {
    const read = entrySchema.safeParse(jsonIn(text));
    if (!read.success || read.data.version === this.#version) return null;
    const [, named = ''] = key.split('.');
    return { name: read.data.name ?? named, version: read.data.version };
  }

  #forgetOld(): void {
    const nowMs = this.#clock.elapsed();
    for (const [key, { heardMs }] of this.#seen) {
      if (nowMs - heardMs > this.#keptMs) this.#seen.delete(key);
    }
  }
}
