/**
 * The queues in which a hub calls, as far as its workers have to know of them.
 *
 * Owns: them, and when each was last called in. Invariants:
 * - one in which a call waits is kept;
 * - at most `queuesMax` are, and no more than an entry of the register holds: the one that was not
 *   called in for longest makes room, and where a call waits in all of them there is none.
 */
import type { Wish } from '../roster.ts';
import { queuesBytesMax, queuesMax } from './register.ts';

interface Ready {
  readonly done: Promise<void>;
  readonly sinceMs: number;
}

export interface CalledQueue {
  readonly name: string;
  readonly wish: Wish;
  readonly bytes: number;
  calledMs: number;
  /** Calls that wait in it. */
  waiting: number;
  /** That it can be called in, as far as was looked; null: workers may not know of it. */
  ready: Ready | null;
}

export class CalledQueues {
  readonly #unusedMs: number;
  /** The one that was called in last is the last. */
  readonly #queues = new Map<string, CalledQueue>();
  #bytes = 0;

  /** What was not called in for so long is let go. */
  constructor(unusedMs: number) {
    this.#unusedMs = unusedMs;
  }

  get wishes(): readonly Wish[] {
    return [...this.#queues.values()].map(({ wish }) => wish);
  }

  /** A call begins to wait in it; null: there is no room for one more. */
  enter(name: string, wish: Wish, nowMs: number): CalledQueue | null {
    const known = this.#queues.get(name);
    const queue = known ?? newQueue(name, wish);
    if (!known && !this.#makeRoom(queue.bytes)) return null;
    queue.waiting += 1;
    this.#touch(queue, nowMs);
    return queue;
  }

  /** It waits no longer. */
  leave(queue: CalledQueue, nowMs: number): void {
    queue.waiting -= 1;
    this.#touch(queue, nowMs);
  }

  letGoUnused(nowMs: number): void {
    for (const queue of this.#queues.values()) {
      if (nowMs - queue.calledMs < this.#unusedMs) return;
      if (queue.waiting === 0) this.#drop(queue);
    }
  }

  #makeRoom(bytes: number): boolean {
    const isFull = () => this.#queues.size >= queuesMax || this.#bytes + bytes > queuesBytesMax;
    for (const queue of this.#queues.values()) {
      if (!isFull()) return true;
      if (queue.waiting === 0) this.#drop(queue);
    }
    return !isFull();
  }

  #touch(queue: CalledQueue, nowMs: number): void {
    this.#drop(queue);
    queue.calledMs = nowMs;
    this.#queues.set(queue.name, queue);
    this.#bytes += queue.bytes;
  }

  #drop({ name, bytes }: CalledQueue): void {
    if (this.#queues.delete(name)) this.#bytes -= bytes;
  }
}

function newQueue(name: string, wish: Wish): CalledQueue {
  // With the comma behind it.
  const bytes = Buffer.byteLength(JSON.stringify(wish)) + 1;
  return { name, wish, bytes, calledMs: 0, waiting: 0, ready: null };
}
