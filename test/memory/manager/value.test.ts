/** What a memory is worth, and which go first to keep to a budget. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Budget, surplus, type Worth, worthOf } from '../../../memory/manager/value.ts';

const now = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1_000;
const base: Worth = {
  ...{ id: 1, runId: 'run-1', taskId: 'a', outcome: 'succeeded' },
  ...{ validity: 'holds', hold: 'none', uses: 0, bytes: 1_000, finishedAt: now },
};

describe('the worth of a memory', () => {
  test.each<[string, Partial<Worth>]>([
    ['it failed', { outcome: 'failed' }],
    ['it was called off', { outcome: 'cancelled' }],
    ['it was done again since', { validity: 'superseded' }],
    ['its files have changed', { validity: 'stale' }],
    ['it is old', { finishedAt: now - 200 * dayMs }],
    ['it is large', { bytes: 100_000 }],
  ])('is less when %s', (_, change) => {
    expect(worthOf({ ...base, ...change }, now)).toBeLessThan(worthOf(base, now));
  });

  test('is more the more often it was used, and lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(10_000), fc.nat(1_000_000), (uses, days, bytes) => {
        const one = { ...base, uses, bytes, finishedAt: now - days * dayMs };
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
    { ...base, id: 2, validity: 'superseded' },
    { ...base, id: 3, outcome: 'cancelled', validity: 'superseded' },
    { ...base, id: 4, hold: 'pinned', outcome: 'cancelled' },
    { ...base, id: 5, hold: 'live', validity: 'superseded', finishedAt: 0 },
  ];
  const idsFor = (budget: Budget): readonly number[] =>
    surplus(all, budget, now).map(({ id }) => id);

  test('are those that are worth least, as many as must go', () => {
    expect(idsFor({ tasksMax: 5 })).toEqual([]);
    expect(idsFor({ tasksMax: 4 })).toEqual([3]);
    expect(idsFor({ tasksMax: 3 })).toEqual([3, 2]);
    expect(idsFor({ bytesMax: 3_500 })).toEqual([3, 2]);
  });

  test('are never pinned, and never what a living run may need', () => {
    expect(idsFor({ tasksMax: 0 })).toEqual([3, 2, 1]);
    expect(idsFor({ ageMaxMs: 0, bytesMax: 0, worthMin: 1 })).toEqual([3, 2, 1]);
  });

  test('are those that are too old or worth too little, each with its reason', () => {
    const old = { ...base, id: 9, finishedAt: now - 100 * dayMs };
    const [first] = surplus([old, base], { ageMaxMs: 90 * dayMs }, now);
    expect(first).toMatchObject({ id: 9, why: 'it is older than may stay' });
    expect(idsFor({ worthMin: 0.4 })).toEqual([3]);
    expect(idsFor({})).toEqual([]);
  });

  test('leave a budget kept whenever enough may go', () => {
    const task = fc.record({
      bytes: fc.nat(10_000),
      uses: fc.nat(5),
      hold: fc.constantFrom<Worth['hold']>('none', 'pinned', 'live'),
    });
    fc.assert(
      fc.property(fc.array(task), fc.nat(20), fc.nat(50_000), (drawn, tasksMax, bytesMax) => {
        const tasks = drawn.map((more, id) => ({ ...base, ...more, id }));
        const going = new Set(surplus(tasks, { tasksMax, bytesMax }, now).map(({ id }) => id));
        const left = tasks.filter(({ id }) => !going.has(id));
        const free = left.filter(({ hold }) => hold === 'none');
        const bytes = left.reduce((sum, each) => sum + each.bytes, 0);
        expect(free.length === 0 || (left.length <= tasksMax && bytes <= bytesMax)).toBe(true);
        expect(tasks.filter(({ id, hold }) => hold !== 'none' && going.has(id))).toEqual([]);
      }),
    );
  });
});
