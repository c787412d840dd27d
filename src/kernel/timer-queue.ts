/**
 * Which timer is due next, over all actors: a binary heap of absolute due times.
 *
 * Its actor drops a timer; it is stale then, and leaves the queue when it comes up or when stale
 * ones outnumber the rest.
 */
import type { EventObject } from 'xstate';
import type { Address } from '../../machines/ids.ts';

export interface Due {
  readonly dueMs: number;
  /** Breaks ties: the order in which timers were set. */
  readonly order: number;
  readonly address: Address;
  readonly timer: string;
}

export interface Timer extends Due {
  readonly event: EventObject;
  state: 'set' | 'dropped';
}

export class TimerQueue {
  #heap: Timer[] = [];
  #stale = 0;

  add(entry: Timer): void {
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
  }

  /** One of the entries was dropped; never called is allowed, only wasteful. */
  noteStale(): void {
    this.#stale += 1;
    if (this.#stale > 1_000 && this.#stale > this.#heap.length / 2) this.#rebuild();
  }

  /** The earliest that is still set. */
  peek(): Due | undefined {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (top.state === 'set') return top;
      this.#removeTop();
    }
    return undefined;
  }

  #rebuild(): void {
    this.#heap = this.#heap.filter(({ state }) => state === 'set');
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at -= 1) this.#sink(at);
    this.#stale = 0;
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    this.#stale = Math.max(0, this.#stale - 1);
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as Timer;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up] as Timer;
      if (before(above, entry) <= 0) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = entry;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as Timer;
    let at = from;
    for (;;) {
      const child = this.#lesserChild(at);
      const below = child === undefined ? undefined : heap[child];
      if (child === undefined || !below || before(entry, below) <= 0) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = entry;
  }

  #lesserChild(at: number): number | undefined {
    const left = 2 * at + 1;
    const a = this.#heap[left];
    if (!a) return undefined;
    const b = this.#heap[left + 1];
    return b && before(b, a) < 0 ? left + 1 : left;
  }
}

function before(a: Due, b: Due): number {
  return a.dueMs - b.dueMs || a.order - b.order;
}
