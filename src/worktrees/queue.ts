/** Lets one at a time merge, in the order in which they came. */
export class MergeQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Whoever is given up while it waits never begins; its signal says why. */
  async take<Answer>(signal: AbortSignal, merge: () => Promise<Answer>): Promise<Answer> {
    const before = this.#last;
    const turn = before.then(() => {
      signal.throwIfAborted();
      return merge();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
