/** Scores: from 0 to 1, moved by rare terms and hardly by common ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Commonness } from '../../../memory/search/commonness.ts';
import { Coverage, scoreOf } from '../../../memory/search/ranking.ts';
import { hashesOf } from '../../../memory/search/terms.ts';

const known = (...texts: readonly string[][]): Commonness => {
  const commonness = new Commonness();
  for (const terms of texts) commonness.add(hashesOf(terms));
  return commonness;
};

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

describe('coverage', () => {
  test('counts a rare term for more than a common one', () => {
    const commonness = known(['add', 'e11000'], ['add'], ['add'], ['add', 'page']);
    const coverage = new Coverage(hashesOf(['add', 'e11000']), commonness);
    expect(coverage.of(hashesOf(['e11000']))).toBeGreaterThan(0.8);
    expect(coverage.of(hashesOf(['add']))).toBeLessThan(0.2);
    expect(coverage.of(hashesOf(['add', 'e11000', 'more']))).toBeCloseTo(1);
    expect(coverage.of(hashesOf([]))).toBe(0);
  });

  test('is nothing for a question without terms', () => {
    expect(new Coverage(hashesOf([]), known(['a'])).of(hashesOf(['a']))).toBe(0);
  });
});
