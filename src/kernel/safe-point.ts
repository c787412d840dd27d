/** Up to which input everything is on disk, and who waits to hear of a later one. */

interface Waiter {
  readonly n: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class SafePoint {
  #n = 0;
  #waiters: Waiter[] = [];

  /** Resolves when input `n` is safe; rejects when it never will be. */
  reached(n: number): Promise<void> {
    if (n <= this.#n) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ n, resolve, reject }));
  }

  advance(n: number): void {
    this.#n = n;
    const waiters = this.#waiters;
    if (waiters.length === 0) return;
    this.#waiters = waiters.filter((waiter) => waiter.n > n);
    for (const waiter of waiters) if (waiter.n <= n) waiter.resolve();
  }

  /** No later input will ever be safe. */
  fail(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}
