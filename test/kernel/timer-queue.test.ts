/** The queue of timers against a sorted array. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Due, type Timer, TimerQueue } from '../../src/kernel/timer-queue.ts';
import { at } from './stage.ts';

type Move =
  | { readonly do: 'add'; readonly dueMs: number }
  /** Calls off the nth of those that still count. */
  | { readonly do: 'cancel'; readonly nth: number; readonly noted: boolean }
  | { readonly do: 'fire' };

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), dueMs: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cancel' as const),
      nth: fc.nat(100),
      noted: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'fire' as const }) },
);

class Model {
  readonly live = new Map<number, Timer>();
  readonly queue = new TimerQueue();
  #order = 0;

  add(dueMs: number): void {
    this.#order += 1;
    const order = this.#order;
    const [address, event] = [at('a'), { type: 'rang' }];
    const entry: Timer = { dueMs, order, address, timer: `${order}`, event, state: 'set' };
    this.live.set(order, entry);
    this.queue.add(entry);
  }

  cancel(nth: number, noted = true): void {
    const orders = [...this.live.keys()];
    const order = orders[nth % Math.max(1, orders.length)];
    if (order === undefined) return;
    this.#drop(order);
    if (noted) this.queue.noteStale();
  }

  get next(): Due | undefined {
    return [...this.live.values()].sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  }

  fire(): void {
    const due = this.queue.peek();
    expect(due).toEqual(this.next);
    if (due) this.#drop(due.order);
  }

  #drop(order: number): void {
    (this.live.get(order) as Timer).state = 'dropped';
    this.live.delete(order);
  }
}

describe('a queue of timers', () => {
  test('always knows which is next', () => {
    const property = fc.property(fc.array(moves, { maxLength: 300 }), (drawn) => {
      const model = new Model();
      for (const move of drawn) {
        if (move.do === 'add') model.add(move.dueMs);
        else if (move.do === 'cancel') model.cancel(move.nth, move.noted);
        else model.fire();
        expect(model.queue.peek()).toEqual(model.next);
      }
      while (model.live.size > 0) model.fire();
      expect(model.queue.peek()).toBeUndefined();
    });
    fc.assert(property, { numRuns: 200, seed: 8 });
  });

  test('forgets those called off once they outnumber the rest', () => {
    const model = new Model();
    for (let count = 0; count < 5_000; count += 1) model.add((count * 7_919) % 10_007);
    for (let count = 0; count < 4_990; count += 1) model.cancel((count * 31) % 5_000);
    const left: (Due | undefined)[] = [];
    while (model.next) {
      left.push(model.queue.peek());
      model.fire();
    }
    expect(left.length).toBe(10);
    expect(model.queue.peek()).toBeUndefined();
  });
});
