/**
 * What a reader has heard of each sender, so that it hears nothing twice.
 *
 * Owns: the number of the last message of each of the last `sendersMax` senders, and of up to as
 * many before them. Invariant: of a sender among those no message is new twice; one who was silent
 * while that many others spoke is forgotten.
 */
import type { Envelope } from './bus.ts';

export const sendersMax = 20_000;

export class Heard {
  readonly #sendersMax: number;
  #last = new Map<string, number>();
  #before: ReadonlyMap<string, number> = new Map();

  constructor(max = sendersMax) {
    this.#sendersMax = max;
  }

  /** Whether it is heard for the first time; from now on it is not. */
  isNew({ from, sequence }: Envelope): boolean {
    const last = this.#last.get(from) ?? this.#before.get(from) ?? 0;
    if (sequence <= last) return false;
    this.#last.set(from, sequence);
    if (this.#last.size >= this.#sendersMax) {
      this.#before = this.#last;
      this.#last = new Map();
    }
    return true;
  }
}
