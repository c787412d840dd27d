/** Scores: from 0 to 1, moved by rare terms and hardly by common ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Coverage, scoreOf } from '../../../memory/search/ranking.ts';
import { hashesOf } from '../../../memory/search/terms.ts';

describe('the score', () => {
  test('is 1 for the same and 0 for nothing in common', () => {
    expect(scoreOf(1, 1)).toBe(1);
    expect(scoreOf(0, 0)).toBe(0);
    expect(scoreOf(-0.4, 0)).toBe(0);
  });

  test('rises with nearness and with coverage', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, unit, unit, unit, (a, b, c, d) => {
        const [lower, upper] = [Math.min(a, b), Math.max(a, b)];
        const [less, more] = [Math.min(c, d), Math.max(c, d)];
        expect(scoreOf(upper, more)).toBeGreaterThanOrEqual(scoreOf(lower, less));
        expect(scoreOf(upper, more)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

const weights: Readonly<Record<string, number>> = { add: 0.1, e11000: 2 };
const names = Object.keys(weights);
const weightOf = (hash: number): number => {
  const name = names.find((each) => hashesOf([each])[0] === hash);
  return name === undefined ? 1 : (weights[name] as number);
};

describe('coverage', () => {
  test('counts a rare term for more than a common one', () => {
    const coverage = new Coverage(hashesOf(names), weightOf);
    expect(coverage.of(hashesOf(['e11000']))).toBeCloseTo(2 / 2.1);
    expect(coverage.of(hashesOf(['add']))).toBeCloseTo(0.1 / 2.1);
    expect(coverage.of(hashesOf(['add', 'e11000', 'more']))).toBeCloseTo(1);
    expect(coverage.of(hashesOf([]))).toBe(0);
  });

  test('is nothing for a question without terms', () => {
    expect(new Coverage(hashesOf([]), weightOf).of(hashesOf(['add']))).toBe(0);
  });
});
