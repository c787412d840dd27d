/** A moment can be named in every way that a person would, and in no other. */
import { describe, expect, test } from 'vitest';
import { instantOf, readInstant, readTime } from '../../src/runs/instant.ts';

describe('a moment is', () => {
  test.each([
    ['42', { kind: 'input', n: 42 }],
    ['0', { kind: 'input', n: 0 }],
    ['1769860800000', { kind: 'time', at: 1_769_860_800_000 }],
    ['2026-01-31T12:00:00Z', { kind: 'time', at: 1_769_860_800_000 }],
    ['+90s', { kind: 'after', ms: 90_000 }],
    ['+1h30m', { kind: 'after', ms: 5_400_000 }],
  ])('%s', (text, instant) => {
    expect(readInstant(text)).toEqual(instant);
  });

  test.each(['', 'soon', '+', '+soon', '-5', '1.5.2', '+90'])('not %j', (text) => {
    expect(() => readInstant(text)).toThrow(/is no moment of a run/);
    expect(() => readTime(text)).toThrow(expect.objectContaining({ code: 'moment.unreadable' }));
  });
});

test('programs may give numbers', () => {
  expect(instantOf({})).toBeUndefined();
  expect(instantOf({ to: 7 })).toEqual({ kind: 'input', n: 7 });
  expect(instantOf({ at: 5 })).toEqual({ kind: 'time', at: 5 });
  expect(instantOf({ at: '+5s' })).toEqual({ kind: 'after', ms: 5_000 });
});
