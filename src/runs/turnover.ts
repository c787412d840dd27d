/**
 * Lets work begin only once all that was given up before has ended.
 *
 * An agent that is told to end takes a moment for it. Until then its place is not free: the next
 * attempt at its task would meet it, and the run would have more under way than it allows.
 */
import type { Cancellation } from '../kernel/cancellation.ts';

export class Turnover {
  /** Given up, and not over. */
  readonly #leaving = new Set<Promise<unknown>>();

  /** Null: it was given up before it could begin. */
  async take<Answer>(given: Cancellation, begin: () => Promise<Answer>): Promise<Answer | null> {
    const done = this.#begin(given, begin);
    const forget = given.onRequest(() => this.#leaving.add(done));
    try {
      return await done;
    } finally {
      forget();
      this.#leaving.delete(done);
    }
  }

  #begin<Answer>(given: Cancellation, begin: () => Promise<Answer>): Promise<Answer | null> {
    const isFree = this.#leaving.size === 0 && !given.isRequested;
    return isFree ? begin() : this.#wait(given, begin);
  }

  async #wait<Answer>(given: Cancellation, begin: () => Promise<Answer>) {
    while (this.#leaving.size > 0 && !given.isRequested) await Promise.allSettled(this.#leaving);
    return given.isRequested ? null : begin();
  }
}
