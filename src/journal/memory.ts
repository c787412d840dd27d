/** A journal that lives as long as its process: for tests, benchmarks and throw-away runs. */
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import type { Journal } from './journal.ts';

export class MemoryJournal implements Journal {
  readonly #inputs: LoggedInput[] = [];
  #stored: string | null = null;

  get bytes(): number {
    return 0;
  }

  append(input: LoggedInput): void {
    this.#inputs.push(input);
  }

  flush(): undefined {}

  async load() {
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

  async close(): Promise<void> {}
}
