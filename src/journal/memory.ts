/** A journal that lives as long as its process: for tests, benchmarks and throw-away runs. */
import { assert } from '../../machines/errors.ts';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import type { Journal } from './journal.ts';

export class MemoryJournal implements Journal {
  readonly #inputs: LoggedInput[] = [];
  #stored: string | null = null;
  /** Until the next `load`: that is a new life in the same process. */
  #closed = false;

  get bytes(): number {
    return 0;
  }

  append(input: LoggedInput): void {
    assert(!this.#closed, 'the journal was closed');
    this.#inputs.push(input);
  }

  flush(): undefined {}

  async load() {
    this.#closed = false;
    const stored = this.#stored === null ? null : (JSON.parse(this.#stored) as StoredSystem);
    const after = stored?.n ?? 0;
    return { stored, inputs: this.#inputs.slice(after) };
  }

  async history(): Promise<readonly LoggedInput[]> {
    return [...this.#inputs];
  }

  async store(system: StoredSystem): Promise<void> {
    this.#stored = JSON.stringify(system);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
