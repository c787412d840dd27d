/** Messages that reached nobody: the last ones are kept to be seen, all are counted. */
import type { EventObject } from 'xstate';
import type { Address } from '../../machines/ids.ts';

export interface DeadLetter {
  /** The input that caused it. */
  readonly n: number;
  readonly at: number;
  readonly to: Address;
  readonly event: EventObject;
  readonly why: 'nobody is there' | 'its mailbox is full' | 'it ended first';
}

/** The oldest are forgotten beyond this. */
export const deadLettersMax = 1_000;

export class DeadLetters {
  readonly #letters: DeadLetter[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Newest last. */
  get letters(): readonly DeadLetter[] {
    return this.#letters;
  }

  add(letter: DeadLetter): void {
    this.#count += 1;
    this.#letters.push(letter);
    if (this.#letters.length > deadLettersMax) this.#letters.shift();
  }
}
