/** A node leaves alone for a while what it could not go on with, and then tries again. */
import { expect, test } from 'vitest';
import { Patience } from '../../src/cluster/patience.ts';
import { ManualClock } from '../kernel/manual-clock.ts';

/** How long the run is left alone from now on. */
function pause(patience: Patience, clock: ManualClock): number {
  const fromMs = clock.elapsed();
  while (!patience.isDue('a')) clock.set(clock.now() + 1_000);
  return clock.elapsed() - fromMs;
}

test('longer each time, and never for ever', () => {
  const clock = new ManualClock();
  const patience = new Patience(clock);
  expect(patience.isDue('a')).toBe(true);
  const pauses: number[] = [];
  for (let failures = 0; failures < 9; failures += 1) {
    patience.failed('a');
    pauses.push(pause(patience, clock));
  }
  expect(pauses.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
  expect(pauses.at(-1)).toBe(300_000);
  expect(patience.isDue('b')).toBe(true);
});

test('what went well for long is not held against it', () => {
  const clock = new ManualClock();
  const patience = new Patience(clock);
  patience.failed('a');
  patience.failed('a');
  clock.set(clock.now() + 3_600_000);
  patience.failed('a');
  expect(pause(patience, clock)).toBe(5_000);
});
