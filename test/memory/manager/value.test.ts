/** What a memory is worth, and which go first when only so many are to stay. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastWorth, type Worth, worthOf } from '../../../memory/manager/value.ts';

const now = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1_000;
const base: Worth = {
  ...{ id: 1, runId: 'run-1', taskId: 'a', outcome: 'succeeded' },
  ...{ isSuperseded: false, isPinned: false, uses: 0, finishedAt: now },
};

describe('the worth of a memory', () => {
  test.each<[string, Partial<Worth>]>([
    ['it failed', { outcome: 'failed' }],
    ['it was called off', { outcome: 'cancelled' }],
    ['it was done again since', { isSuperseded: true }],
    ['it is old', { finishedAt: now - 200 * dayMs }],
  ])('is less when %s', (_, change) => {
    expect(worthOf({ ...base, ...change }, now)).toBeLessThan(worthOf(base, now));
  });

  test('is more the more often it was used, and lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(10_000), (uses, days) => {
        const one = { ...base, uses, finishedAt: now - days * dayMs };
        expect(worthOf({ ...one, uses: uses + 1 }, now)).toBeGreaterThan(worthOf(one, now));
        expect(worthOf(one, now)).toBeGreaterThanOrEqual(0);
        expect(worthOf(one, now)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('those that go first', () => {
  const all: readonly Worth[] = [
    { ...base, id: 1 },
    { ...base, id: 2, isSuperseded: true },
    { ...base, id: 3, outcome: 'cancelled', isSuperseded: true },
    { ...base, id: 4, isPinned: true, outcome: 'cancelled' },
    { ...base, id: 5, runId: 'alive', isSuperseded: true },
  ];
  const idsFor = (keep: number): readonly number[] =>
    leastWorth(all, keep, { now, live: new Set(['alive']) }).map(({ id }) => id);

  test('are those that are worth least, as many as must go', () => {
    expect(idsFor(5)).toEqual([]);
    expect(idsFor(4)).toEqual([3]);
    expect(idsFor(3)).toEqual([3, 2]);
  });

  test('are never pinned, and never of a run that is alive', () => {
    expect(idsFor(0)).toEqual([3, 2, 1]);
  });
});
