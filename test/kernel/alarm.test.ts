/** The alarm of a system on a machine whose clock somebody sets back. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Alarm } from '../../src/kernel/alarm.ts';
import { systemClock } from '../../src/kernel/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const dayMs = 86_400_000;

/** When it rang, by its own time. */
function alarmFrom(start: number) {
  const rung: number[] = [];
  const alarm: Alarm = new Alarm(systemClock, () => rung.push(alarm.nowFrom(0) - start));
  return { alarm, rung };
}

test('it rings in time, and what is set from then on is due by its own time', () => {
  const start = Date.now();
  const { alarm, rung } = alarmFrom(start);
  alarm.set(start + 3_000);
  vi.setSystemTime(start - dayMs);
  vi.advanceTimersByTime(3_000);
  alarm.set(start + 5_000);
  vi.advanceTimersByTime(2_000);
  expect(rung).toEqual([3_000, 5_000]);
});

test('what was set before is set again by the time that it goes by', () => {
  const start = Date.now();
  const { alarm, rung } = alarmFrom(start);
  alarm.set(start + 5_000);
  vi.setSystemTime(start - dayMs);
  expect(alarm.nowFrom(start + 4_000)).toBe(start + 4_000);
  vi.advanceTimersByTime(1_000);
  expect(rung).toEqual([5_000]);
});

test('a step of less than a second is only waited out', () => {
  const start = Date.now();
  const { alarm } = alarmFrom(start);
  vi.setSystemTime(start - 500);
  expect(alarm.nowFrom(start)).toBe(start);
  vi.advanceTimersByTime(900);
  expect(alarm.nowFrom(start)).toBe(start + 400);
});

test('a leap ahead is told once, and only what is none of the time that passed', () => {
  const start = Date.now();
  const { alarm } = alarmFrom(start);
  vi.advanceTimersByTime(dayMs);
  expect(alarm.leap(start)).toBe(0);
  vi.setSystemTime(start + 3 * dayMs);
  vi.advanceTimersByTime(60_000);
  expect(alarm.leap(start + dayMs)).toBe(2 * dayMs);
  expect(alarm.leap(start + dayMs)).toBe(0);
  vi.setSystemTime(Date.now() + 29_000);
  expect(alarm.leap(start)).toBe(0);
});
