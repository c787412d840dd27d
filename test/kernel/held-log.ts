/** A log whose flushes a test holds back, lets through, or makes fail. */
import type { Log, LoggedInput, StoredSystem } from '../../src/kernel/log.ts';

interface Held {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class HeldLog implements Log {
  /** What is on the disk. */
  readonly safe: LoggedInput[] = [];
  /** What was appended since the last flush began. */
  #pending: LoggedInput[] = [];
  #held: Held[] = [];
  /** Thrown by the next append. */
  appendFails: unknown = null;

  append(input: LoggedInput): void {
    if (this.appendFails) throw this.appendFails;
    this.#pending.push(structuredClone(input));
  }

  flush(): Promise<void> {
    const written = this.#pending;
    this.#pending = [];
    return new Promise((resolve, reject) => {
      const succeed = (): void => {
        this.safe.push(...written);
        resolve();
      };
      this.#held.push({ resolve: succeed, reject });
    });
  }

  /** How many flushes wait. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Lets the oldest flush through. */
  async release(): Promise<void> {
    this.#held.shift()?.resolve();
    await settled();
  }

  async fail(error: unknown): Promise<void> {
    this.#held.shift()?.reject(error);
    await settled();
  }

  async load() {
    return { stored: null, inputs: [...this.safe] };
  }

  async history(): Promise<readonly LoggedInput[]> {
    return [...this.safe];
  }

  async store(_system: StoredSystem): Promise<void> {}

  async close(): Promise<void> {}
}

/** Everything that needs no more than promises to go on has gone on. */
export async function settled(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
