/** What a person or the system says to end a run: once means gently, twice means at once. */
import type { Clock } from '../../src/index.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `npx` passes on the Ctrl-C that the terminal has sent already: two so near are one. */
const echoMs = 150;

export class Stops {
  /** The reason for the first one; pending until then. */
  readonly first: Promise<string>;
  /** Resolves when nobody wants to wait any longer. */
  readonly second: Promise<void>;
  readonly #clock: Clock;
  #askedMs = Number.POSITIVE_INFINITY;
  #resolveFirst: (reason: string) => void = () => {};
  #resolveSecond: () => void = () => {};
  readonly #listener = (signal: string): void => this.#take(signal);
  readonly #atOnce = (): void => {
    this.#resolveFirst('SIGQUIT');
    this.#resolveSecond();
  };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.first = new Promise((resolve) => {
      this.#resolveFirst = resolve;
    });
    this.second = new Promise((resolve) => {
      this.#resolveSecond = resolve;
    });
    for (const signal of signals) process.on(signal, this.#listener);
    process.on('SIGQUIT', this.#atOnce);
  }

  /** A reason of our own: asked for once, however often. */
  gently(reason: string): void {
    this.#resolveFirst(reason);
  }

  /** From now on signals do what they always do. */
  close(): void {
    for (const signal of signals) process.off(signal, this.#listener);
    process.off('SIGQUIT', this.#atOnce);
  }

  #take(signal: string): void {
    const now = this.#clock.elapsed();
    if (now > this.#askedMs + echoMs) return this.#resolveSecond();
    this.#askedMs = Math.min(now, this.#askedMs);
    this.gently(signal);
  }
}
