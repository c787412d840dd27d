/** Sees that a hub has said nothing for too long: its end of the wire is gone. */
import type { Clock } from '../kernel/clock.ts';

/** A hub pings more often than this; one that does not is gone. */
const silenceMaxMs = 20_000;

/** Calls when a hub that should ping has said nothing for too long. */
export class Watch {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #heardMs: number;
  #forget: () => void;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
    this.#heardMs = clock.elapsed();
    this.#forget = this.#arm();
  }

  hear(): void {
    this.#heardMs = this.#clock.elapsed();
  }

  close(): void {
    this.#forget();
  }

  #arm(): () => void {
    return this.#clock.at(this.#clock.now() + silenceMaxMs, () => {
      if (this.#clock.elapsed() - this.#heardMs >= silenceMaxMs) return this.#onSilence();
      this.#forget = this.#arm();
    });
  }
}
