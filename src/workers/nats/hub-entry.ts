/**
 * A hub's entry in the register, by which workers know that it lives, and what it calls for.
 *
 * Owns: the entry. Invariant: it is sure only as long as what it last wrote can't have been
 * forgotten, counted from before it was written.
 */
import type { Clock } from '../../kernel/clock.ts';
import type { Wish } from '../roster.ts';
import { type HubEntry, keyOf } from './register.ts';
import type { Servers } from './servers.ts';

export interface HubEntryOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly desk: string;
  readonly version: string;
  /** Those that workers have to know of. */
  readonly queues: () => readonly Wish[];
}

const beatsPerLease = 5;

export class HubEntryKeeper {
  readonly #options: HubEntryOptions;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};
  #state: 'open' | 'closed' = 'open';

  constructor(options: HubEntryOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#write();
    this.#later();
  }

  /** Resolves when workers can know of the queues that there are now. */
  announce(): Promise<void> {
    return this.#write();
  }

  isSure(part: number): boolean {
    const { clock, servers } = this.#options;
    return clock.elapsed() - this.#writtenMs < servers.leaseMs * part;
  }

  /** Workers end what they do for it. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancel();
    const { servers, desk } = this.#options;
    await servers.register.delete(keyOf(desk)).catch(() => {});
  }

  #later(): void {
    const { clock, servers } = this.#options;
    this.#cancel = clock.at(clock.now() + servers.leaseMs / beatsPerLease, async () => {
      // It is tried again at the next beat.
      await this.#write().catch(() => {});
      if (this.#state === 'open') this.#later();
    });
  }

  async #write(): Promise<void> {
    const { clock, servers, desk, version, queues } = this.#options;
    const called = queues().map(({ role, labels }) => ({ role, labels: [...labels] }));
    const entry: HubEntry = { version, queues: called };
    const sentMs = clock.elapsed();
    const timeout = Math.max(500, servers.leaseMs / beatsPerLease);
    const subject = `$KV.${servers.registerName}.${keyOf(desk)}`;
    await servers.js.publish(subject, JSON.stringify(entry), { timeout });
    this.#writtenMs = sentMs;
  }
}
