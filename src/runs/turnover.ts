/**
 * Lets work begin only once all that was given up before has ended.
 *
 * An agent that is told to end takes a moment for it. Until then its place is not free: the next
 * attempt at its task would meet it, and the run would have more under way than it allows.
 */
export class Turnover {
  /** Given up, and not over. */
  readonly #leaving = new Set<Promise<unknown>>();

  /** Null: it was given up before it could begin. */
  async take<Answer>(signal: AbortSignal, begin: () => Promise<Answer>): Promise<Answer | null> {
    const done = this.#begin(signal, begin);
    const leave = (): void => {
      this.#leaving.add(done);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await done;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#leaving.delete(done);
    }
  }

  #begin<Answer>(signal: AbortSignal, begin: () => Promise<Answer>): Promise<Answer | null> {
    const isFree = this.#leaving.size === 0 && !signal.aborted;
    return isFree ? begin() : this.#wait(signal, begin);
  }

  async #wait<Answer>(signal: AbortSignal, begin: () => Promise<Answer>) {
    while (this.#leaving.size > 0 && !signal.aborted) await Promise.allSettled(this.#leaving);
    return signal.aborted ? null : begin();
  }
}
