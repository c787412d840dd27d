/**
 * Which runs this node leaves alone for a while, because it could not go on with them: longer each
 * time, so that other nodes come first and nothing is tried every second, but never for ever.
 *
 * Owns: the runs that failed here of late.
 */
import type { Clock } from '../kernel/clock.ts';

interface Failure {
  readonly pauseMs: number;
  readonly sinceMs: number;
}

const pauseFirstMs = 5_000;
const pauseMaxMs = 5 * 60_000;

export class Patience {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failure>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  failed(run: string): void {
    this.#forgetOld();
    const before = this.#failures.get(run)?.pauseMs ?? 0;
    const pauseMs = before === 0 ? pauseFirstMs : Math.min(pauseMaxMs, 2 * before);
    this.#failures.set(run, { pauseMs, sinceMs: this.#clock.elapsed() });
  }

  isDue(run: string): boolean {
    const failure = this.#failures.get(run);
    return !failure || this.#clock.elapsed() - failure.sinceMs >= failure.pauseMs;
  }

  /** What went well for so long does not count as the same trouble any more. */
  #forgetOld(): void {
    for (const [run, { sinceMs, pauseMs }] of this.#failures) {
      if (this.#clock.elapsed() - sinceMs > 2 * pauseMs + pauseMaxMs) this.#failures.delete(run);
    }
  }
}
