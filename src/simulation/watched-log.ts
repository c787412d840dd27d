/** A log under the eyes of the world: tells what was acknowledged, and where a life may end. */
import type { Log, LoggedInput, StoredSystem } from '../kernel/log.ts';
import { type Mortal, never } from './mortal.ts';

export class WatchedLog implements Log {
  readonly #log: Log;
  readonly #life: Mortal;
  readonly #acknowledged: (n: number) => void;
  /** The last record that was appended. */
  #n = 0;

  constructor(log: Log, life: Mortal, acknowledged: (n: number) => void) {
    this.#log = log;
    this.#life = life;
    this.#acknowledged = acknowledged;
  }

  append(input: LoggedInput): void {
    this.#log.append(input);
    this.#n = input.n;
    if (this.#life.alive) this.#life.reach('appended', input.n);
  }

  flush(): Promise<void> | undefined {
    const n = this.#n;
    const flushed = this.#log.flush();
    if (flushed) return flushed.then(() => this.#safe(n));
    return this.#safe(n);
  }

  load() {
    return this.#log.load();
  }

  history() {
    return this.#log.history();
  }

  store(system: StoredSystem): Promise<void> {
    return this.#log.store(system);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** Whoever dies here leaves records that nobody was told of, and no effect of them. */
  #safe(n: number): Promise<void> | undefined {
    if (this.#life.alive) this.#life.reach('flushed', n);
    if (!this.#life.alive) return never();
    this.#acknowledged(n);
    return undefined;
  }
}
