/** Lets one at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Whoever is given up while it waits never begins; its signal says why. */
  async take<Answer>(signal: AbortSignal, act: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return act();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
