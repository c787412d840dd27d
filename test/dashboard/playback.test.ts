/** A conversation is played in its own time, without its long silences. */
import { expect, test } from 'vitest';
import { pauseBefore, pauseMsMax, playedMs } from '../../src/dashboard/memory/playback.ts';

const times = [1_000, 1_500, 1_500, 1_000_000, 999_000];

test('each entry comes as long after the one before as it was said', () => {
  expect(times.map((_, at) => pauseBefore(times, at, 1))).toEqual([0, 500, 0, pauseMsMax, 0]);
  expect(pauseBefore(times, 1, 4)).toBe(125);
  expect(pauseBefore(times, 9, 1)).toBe(0);
});

test('all of it takes as long as its parts', () => {
  expect(playedMs(times, 1)).toBe(4_500);
  expect(playedMs(times, 2)).toBe(2_250);
  expect(playedMs([], 1)).toBe(0);
});
