/**
 * Whether work is to end before its time, for whoever asks or listens.
 *
 * An AbortSignal is made of it for those who need one, and for nobody else: in Node 20 each has a
 * hidden class of its own, so that every look at one is slow. It cost as much as a simulated task.
 *
 * Owns: who listens. Invariants: it is requested once and for good, and each listener hears of it
 * once; the signal, whenever it was made, has aborted by then.
 */
export class Cancellation {
  #state: 'open' | 'requested' = 'open';
  #listeners: Set<() => void> | null = null;
  #control: AbortController | null = null;
  #signal: AbortSignal | null = null;

  /** Requested when the signal aborts. Made once for each: it listens for as long as that lives. */
  static of(signal: AbortSignal): Cancellation {
    const made = new Cancellation();
    made.#signal = signal;
    if (signal.aborted) made.request();
    else signal.addEventListener('abort', () => made.request(), { once: true });
    return made;
  }

  get isRequested(): boolean {
    return this.#state === 'requested';
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#makeSignal();
    return this.#signal;
  }

  request(): void {
    if (this.#state === 'requested') return;
    this.#state = 'requested';
    this.#control?.abort();
    const listeners = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of listeners) listener();
  }

  /** Not called when it was requested before, like a signal's. Returns how to listen no more. */
  onRequest(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => {
      this.#listeners?.delete(listener);
    };
  }

  #makeSignal(): AbortSignal {
    this.#control = new AbortController();
    if (this.#state === 'requested') this.#control.abort();
    return this.#control.signal;
  }
}
