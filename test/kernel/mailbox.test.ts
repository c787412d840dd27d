/** A mailbox against an array: first in, first out, whatever comes and goes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mailbox } from '../../src/kernel/mailbox.ts';

/** A number is pushed, null takes one out. */
const moves = fc.array(fc.oneof(fc.integer(), fc.constant(null)), { maxLength: 200 });
const capacities = fc.constantFrom(1, 2, 4, 8, 1024);

describe('a mailbox', () => {
  test('gives what was put in, in its order', () => {
    const property = fc.property(capacities, moves, (capacity, drawn) => {
      const mailbox = new Mailbox<number>(capacity);
      const model: number[] = [];
      for (const move of drawn) {
        if (move === null) expect(mailbox.shift()).toBe(model.shift());
        else {
          mailbox.push(move);
          model.push(move);
        }
        expect(mailbox.length).toBe(model.length);
        expect([...mailbox]).toEqual(model);
      }
    });
    fc.assert(property, { numRuns: 200, seed: 5 });
  });

  test('that is empty gives nothing', () => {
    const mailbox = new Mailbox<string>();
    expect([mailbox.shift(), mailbox.length, [...mailbox]]).toEqual([undefined, 0, []]);
  });

  test('grows around its own end', () => {
    const mailbox = new Mailbox<number>(4);
    for (const item of [0, 1, 2, 3]) mailbox.push(item);
    expect([mailbox.shift(), mailbox.shift()]).toEqual([0, 1]);
    for (const item of [4, 5, 6]) mailbox.push(item);
    expect([...mailbox]).toEqual([2, 3, 4, 5, 6]);
  });

  test('may hold undefined like anything else', () => {
    const mailbox = new Mailbox<undefined>();
    mailbox.push(undefined);
    expect(mailbox.length).toBe(1);
    expect(mailbox.shift()).toBeUndefined();
    expect(mailbox.length).toBe(0);
  });
});
