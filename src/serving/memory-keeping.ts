/**
 * The memory worker of a persistent house: beside it, and never in its way.
 *
 * Owns: the worker, from when it could be opened until it is closed.
 * Invariant: a memory that can't be opened is told, and keeps nothing else from going on.
 */
import type { Troupe } from '../app.ts';
import type { MemoryWorker } from '../remembering/memory-worker.ts';
import { isWanted } from '../remembering/place.ts';

export class MemoryKeeping {
  readonly #opening: Promise<MemoryWorker | null>;
  #worker: MemoryWorker | null = null;
  #state: 'off' | 'opening' | 'open' | 'crashed' = 'opening';

  constructor(troupe: Troupe) {
    this.#opening = this.#open(troupe);
  }

  /** As the worker's machine says, once it is there. */
  get state(): string {
    return this.#worker?.state() ?? this.#state;
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }

  async #open(troupe: Troupe): Promise<MemoryWorker | null> {
    if (!isWanted(troupe.config.environment)) {
      this.#state = 'off';
      return null;
    }
    try {
      this.#worker = await troupe.memoryWorker();
      this.#state = 'open';
    } catch {
      this.#state = 'crashed';
    }
    return this.#worker;
  }
}
