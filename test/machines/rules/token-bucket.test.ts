/** The token bucket: it refills, it may owe, and nobody gets more than its rate. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  atMost,
  fullBucket,
  refilled,
  taken,
  waitForMs,
  withRate,
} from '../../../machines/rules/token-bucket.ts';

describe('a bucket of sixty a minute', () => {
  const full = fullBucket(60, 0);

  test('gives a minute at once, then one a second', () => {
    const empty = taken(full, 60, 0);
    expect(waitForMs(full, 60, 0)).toBe(0);
    expect(waitForMs(empty, 1, 0)).toBe(1_000);
    expect(waitForMs(empty, 1, 400)).toBe(600);
    expect(waitForMs(empty, 1, 1_000)).toBe(0);
  });

  test('owes what turned out to be more, until it has refilled', () => {
    const owing = taken(full, 100, 0);
    expect(owing.level).toBe(-40);
    expect(waitForMs(owing, 1, 0)).toBe(41_000);
  });

  test('never holds more than a minute, and never waits for more', () => {
    expect(refilled(full, 600_000).level).toBe(60);
    expect(waitForMs(taken(full, 60, 0), 1_000, 0)).toBe(60_000);
  });

  test('does not refill when time goes back', () => {
    const late = taken(full, 60, 10_000);
    expect(refilled(late, 5_000)).toBe(late);
  });

  test('may get another rate: what is left stays, what is owed stays', () => {
    expect(withRate(null, null, 0)).toBeNull();
    expect(withRate(full, null, 0)).toBeNull();
    expect(withRate(null, 10, 7)).toEqual(fullBucket(10, 7));
    expect(withRate(full, 10, 0)).toEqual({ perMinute: 10, level: 10, atMs: 0 });
    expect(withRate(taken(full, 70, 0), 120, 0)).toMatchObject({ perMinute: 120, level: -10 });
    expect(atMost(full, 3, 0).level).toBe(3);
    expect(atMost(taken(full, 59, 0), 30, 0).level).toBe(1);
  });
});

test('over any time, no more is given than a minute and the rate allow', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 5_000 }),
    count: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.array(step), (perMinute, steps) => {
      let [bucket, atMs, given] = [fullBucket(perMinute, 0), 0, 0];
      for (const { afterMs, count } of steps) {
        atMs += afterMs;
        if (count > perMinute || waitForMs(bucket, count, atMs) > 0) continue;
        bucket = taken(bucket, count, atMs);
        given += count;
      }
      expect(given).toBeLessThanOrEqual(perMinute + (perMinute * atMs) / 60_000 + 1e-6);
    }),
  );
});
