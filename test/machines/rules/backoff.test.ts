/** Backoff: bounded, growing, repeatable, and never a number that no timer can wait for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Backoff,
  backoffDelayMs,
  defaultBackoff,
  unitHash,
  worstBackoffMs,
} from '../../../machines/rules/backoff.ts';

const backoffArbitrary: fc.Arbitrary<Backoff> = fc.record({
  initialMs: fc.oneof(fc.nat(100_000), fc.double({ min: 0, max: 10, noNaN: true })),
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  maxMs: fc.nat(10_000_000),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const failuresArbitrary = fc.oneof(fc.nat(10), fc.nat(100_000));

describe('the delay before another try', () => {
  test('lies within its bounds', () => {
    const property = fc.property(
      backoffArbitrary,
      failuresArbitrary,
      fc.string(),
      fc.integer(),
      (backoff, failures, key, seed) => {
        const delayMs = backoffDelayMs(backoff, failures, key, seed);
        const worstMs = worstBackoffMs(backoff, failures);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeLessThanOrEqual(worstMs);
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(worstMs * (1 - backoff.jitter)));
        expect(worstMs).toBeLessThanOrEqual(backoff.maxMs);
      },
    );
    fc.assert(property, { numRuns: 2_000, seed: 4 });
  });

  test('is repeated by the same key and seed', () => {
    const property = fc.property(fc.nat(20), fc.string(), fc.integer(), (failures, key, seed) => {
      const delayMs = backoffDelayMs(defaultBackoff, failures, key, seed);
      expect(backoffDelayMs(defaultBackoff, failures, key, seed)).toBe(delayMs);
    });
    fc.assert(property, { seed: 5 });
  });

  test('differs from task to task, and from seed to seed', () => {
    const delays = (seed: number) =>
      ['a', 'b', 'c', 'd'].map((key) => backoffDelayMs(defaultBackoff, 3, key, seed));
    expect(new Set(delays(1)).size).toBe(4);
    expect(delays(2)).not.toEqual(delays(1));
  });

  test('doubles by default until a minute is reached', () => {
    const steady = { ...defaultBackoff, jitter: 0 };
    const delays = [0, 1, 2, 3, 6, 7, 99].map((failures) =>
      backoffDelayMs(steady, failures, 'a', 1),
    );
    expect(delays).toEqual([1_000, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  });

  test('of nothing stays nothing, after however many failures', () => {
    const none = { ...defaultBackoff, initialMs: 0 };
    expect(backoffDelayMs(none, 5_000, 'a', 1)).toBe(0);
    expect(worstBackoffMs(none, 5_000)).toBe(0);
  });

  test('never grows less with more failures, at worst', () => {
    const property = fc.property(backoffArbitrary, fc.nat(2_000), (backoff, failures) => {
      const [one, next] = [failures, failures + 1].map((count) => worstBackoffMs(backoff, count));
      expect(next).toBeGreaterThanOrEqual(one ?? 0);
    });
    fc.assert(property, { seed: 6 });
  });
});

describe('the hash of a text', () => {
  test('lies between 0 and 1', () => {
    const property = fc.property(fc.string(), fc.integer(), (text, seed) => {
      const share = unitHash(text, seed);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThan(1);
    });
    fc.assert(property, { seed: 7 });
  });

  test('is spread evenly', () => {
    const shares = Array.from({ length: 10_000 }, (_, at) => unitHash(`task${at}#1`, 1));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const count = shares.filter((share) => Math.floor(share * 10) === tenth).length;
      expect(count).toBeGreaterThan(900);
      expect(count).toBeLessThan(1_100);
    }
  });
});
