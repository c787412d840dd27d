/**
 * A time that passes only from one thing that is due to the next, in an order that a seed draws.
 *
 * Owns: the present moment, and everything that is still to come.
 * Invariants:
 * - time never goes back, and no real time is read;
 * - what is due at one moment comes in drawn order: nobody may count on who came first.
 */
import { type Random, seededRandom } from '../kernel/random.ts';

interface Due {
  readonly dueMs: number;
  /** Breaks ties. */
  readonly draw: number;
  /** Null: it was called off. */
  call: (() => void) | null;
}

export class VirtualTime {
  readonly #random: Random;
  /** A binary heap: no entry is due before the one at half its index. */
  readonly #heap: Due[] = [];
  #nowMs: number;

  constructor(beginMs: number, seed: number) {
    this.#nowMs = beginMs;
    this.#random = seededRandom(seed);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls once. Returns how to give up. */
  at(dueMs: number, call: () => void): () => void {
    const due: Due = { dueMs: Math.ceil(dueMs), draw: this.#random.next(), call };
    this.#heap.push(due);
    this.#rise();
    return () => {
      due.call = null;
    };
  }

  after(delayMs: number, call: () => void): () => void {
    return this.at(this.#nowMs + delayMs, call);
  }

  /** Lets the next thing happen; false when nothing is to come any more. */
  step(): boolean {
    for (let due = this.#take(); due; due = this.#take()) {
      if (due.call === null) continue;
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.call();
      return true;
    }
    return false;
  }

  #take(): Due | undefined {
    const [top] = this.#heap;
    const last = this.#heap.pop();
    if (last === undefined || last === top) return top;
    this.#heap[0] = last;
    this.#sink();
    return top;
  }

  #rise(): void {
    const heap = this.#heap;
    let at = heap.length - 1;
    const entry = heap[at] as Due;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up] as Due;
      if (before(above, entry)) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = entry;
  }

  #sink(): void {
    const heap = this.#heap;
    const entry = heap[0] as Due;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const child = other && before(other, one) ? left + 1 : left;
      const below = heap[child] as Due;
      if (before(entry, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = entry;
  }
}

function before(a: Due, b: Due): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.draw <= b.draw);
}

/**
 * Resolves when everything that waits for nothing but promises has gone on: Node comes to its ticks
 * only once no promise is left to be told. A turn of the event loop would say the same, slower.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
