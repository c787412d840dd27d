/** Tells when an agent that should be talking has been silent too long: at its start, or later. */
import type { Clock } from '../../kernel/clock.ts';
import { type Trouble, trouble } from '../trouble.ts';

export interface WatchdogOptions {
  /** Until its first sign. */
  readonly startWithinMs: number;
  /** Between two words. */
  readonly silenceMs: number;
  readonly clock: Clock;
  readonly bark: (trouble: Trouble) => void;
}

/** One timer, however much is said: it looks again when it is due. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #phase: 'starting' | 'talking' = 'starting';
  #heardMs: number;
  #cancel: () => void = () => {};
  /** How many waits for somebody else are under way. */
  #held = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#heardMs = options.clock.elapsed();
    this.#arm(options.startWithinMs);
  }

  /** Any word shows that it lives. */
  hear(): void {
    this.#heardMs = this.#options.clock.elapsed();
  }

  /** A first sign shows that it works. */
  understand(): void {
    if (this.#phase === 'talking') return;
    this.#phase = 'talking';
    this.#cancel();
    this.#arm(this.#options.silenceMs);
  }

  /** It waits for somebody else, and is not to blame for the silence. */
  hold(): void {
    this.#held += 1;
  }

  release(): void {
    this.#held -= 1;
    this.hear();
  }

  rest(): void {
    this.#cancel();
  }

  #arm(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancel = clock.at(clock.now() + delayMs, () => this.#look());
  }

  #look(): void {
    const { clock, silenceMs, startWithinMs, bark } = this.#options;
    if (this.#held > 0) return this.#arm(silenceMs);
    if (this.#phase === 'starting') {
      return bark(trouble('hang', `it said nothing of its work within ${startWithinMs} ms`));
    }
    const leftMs = silenceMs - (clock.elapsed() - this.#heardMs);
    if (leftMs > 0) return this.#arm(Math.ceil(leftMs));
    bark(trouble('hang', `it was silent for ${silenceMs} ms`));
  }
}
