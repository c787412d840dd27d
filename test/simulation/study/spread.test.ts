/** How figures are spread: ranks, histograms, and draws from what was seen. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histogramOf, quantileOf, spreadOf } from '../../../src/simulation/study/spread.ts';

const figures = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 300 });

describe('a spread', () => {
  test('of nothing is nothing', () => {
    expect(spreadOf([])).toEqual({ p50: 0, p95: 0, worst: 0 });
  });

  test.each([
    [[7], { p50: 7, p95: 7, worst: 7 }],
    [[3, 1, 2], { p50: 2, p95: 3, worst: 3 }],
    [[4, 3, 2, 1], { p50: 2, p95: 4, worst: 4 }],
    [Array.from({ length: 100 }, (_, at) => 100 - at), { p50: 50, p95: 95, worst: 100 }],
  ])('%j', (given, spread) => {
    expect(spreadOf(given)).toEqual(spread);
  });

  test('has half below its p50, and 95 % below its p95', () => {
    fc.assert(
      fc.property(figures, (given) => {
        const { p50, p95, worst } = spreadOf(given);
        const within = (limit: number): number => given.filter((each) => each <= limit).length;
        expect(within(p50)).toBeGreaterThanOrEqual(given.length * 0.5);
        expect(within(p95)).toBeGreaterThanOrEqual(given.length * 0.95);
        expect(within(worst)).toBe(given.length);
        for (const each of [p50, p95, worst]) expect(given).toContain(each);
      }),
    );
  });
});

describe('a histogram', () => {
  test('of the same figure has one part', () => {
    expect(histogramOf([5, 5, 5], 10)).toEqual({ least: 5, most: 5, counts: [3] });
    expect(histogramOf([], 10)).toEqual({ least: 0, most: 0, counts: [] });
  });

  test('puts both ends inside', () => {
    expect(histogramOf([0, 1, 2, 3, 4], 2)).toEqual({ least: 0, most: 4, counts: [2, 3] });
  });

  test('counts every figure once', () => {
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 40 }), (given, parts) => {
        const { counts } = histogramOf(given, parts);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(given.length);
      }),
    );
  });
});

describe('a quantile', () => {
  test('of a range is a straight line', () => {
    expect([0, 0.25, 1].map((share) => quantileOf([100, 300], share))).toEqual([100, 150, 300]);
    expect(quantileOf([42], 0.9)).toBe(42);
  });

  test('never leaves what was seen, and never falls', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(figures, share, share, (given, one, other) => {
        const sorted = given.toSorted((a, b) => a - b);
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(quantileOf(sorted, low)).toBeGreaterThanOrEqual(sorted[0] ?? 0);
        expect(quantileOf(sorted, high)).toBeLessThanOrEqual(sorted.at(-1) ?? 0);
        expect(quantileOf(sorted, low)).toBeLessThanOrEqual(quantileOf(sorted, high) + 1e-6);
      }),
    );
  });
});
