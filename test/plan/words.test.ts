/** Durations, and names that were nearly right. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest, suggest } from '../../src/plan/problems/nearest.ts';
import { parseDuration, parseDurationRange } from '../../src/plan/shapes/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['100ms', 100],
    ['0s', 0],
    ['1.5h', 5_400_000],
    ['20m', 1_200_000],
    ['1h30m', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['365d', 31_536_000_000],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    '',
    '5',
    'm',
    '5 m',
    '5M',
    '-5s',
    '5m5m',
    '1m1h',
    '5s ',
    '1e3s',
    '.5s',
    '366d',
    '5mss',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test('adds its parts up', () => {
    const amount = fc.nat(59);
    fc.assert(
      fc.property(amount, amount, amount, (hours, minutes, seconds) => {
        const sum = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
        expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe(sum);
      }),
    );
  });
});

describe('parseDurationRange', () => {
  test.each([
    ['6s..15s', { minMs: 6_000, maxMs: 15_000 }],
    ['100ms', { minMs: 100, maxMs: 100 }],
    ['1s..1s', { minMs: 1_000, maxMs: 1_000 }],
  ])('%s', (text, range) => {
    expect(parseDurationRange(text)).toEqual(range);
  });

  test.each(['', '6s..', '..6s', '6s..3s', '1s..2s..3s', '1s.2s', '1s...2s'])(
    'refuses %j',
    (text) => {
      expect(parseDurationRange(text)).toBeNull();
    },
  );
});

describe('nearest', () => {
  test.each([
    ['desing', ['design', 'deploy'], 'design'],
    ['Design', ['design'], 'design'],
    ['deploi', ['design', 'deploy'], 'deploy'],
    ['ab', ['ac', 'ad'], null],
    ['x', [], null],
    ['something', ['entirely', 'different'], null],
  ])('%s', (given, known, name) => {
    expect(nearest(given, known)).toBe(name);
  });

  test('finds a name after one slip, whatever the slip', () => {
    const name = fc.stringMatching(/^[a-z]{6,12}$/);
    const slip = fc.constantFrom('drop', 'add', 'change', 'swap');
    fc.assert(
      fc.property(name, slip, fc.nat(4), (word, kind, at) => {
        const [before, here, next, rest] = [
          word.slice(0, at),
          word[at] ?? '',
          word[at + 1] ?? '',
          word.slice(at + 2),
        ];
        const slipped = {
          drop: before + next + rest,
          add: `${before}_${here}${next}${rest}`,
          change: `${before}_${next}${rest}`,
          swap: before + next + here + rest,
        }[kind];
        expect(nearest(slipped, ['UNRELATED', word])).toBe(word);
      }),
    );
  });
});

describe('suggest', () => {
  test.each([
    ['desing', ['design'], 'did you mean "design"?'],
    ['x', ['a', 'b'], 'known: a, b'],
    ['x', [], ''],
    ['x', [...'abcdefghijkl'], 'known: a, b, c, d, e, f, g, h, i, j and 2 more'],
  ])('%s', (given, known, words) => {
    expect(suggest(given, known)).toBe(words);
  });
});
