/** The health of memory: its reasons, and what would help. */
import { expect, test } from 'vitest';
import { healthOf, type Vitals } from '../../../memory/manager/health.ts';

const nobody = { tasks: 0, success: null };
const well: Vitals = {
  ...{ tasks: 100, superseded: 10, stale: 5, failed: 5, foreign: 0, duplicates: 3 },
  ...{ bytes: 1_000_000, told: nobody, others: nobody },
};

test('is whole when nothing is wrong, and when there is nothing', () => {
  expect(healthOf(well)).toEqual({ score: 100, reasons: ['nothing is wrong'], suggestion: '' });
  const nothing = { ...well, tasks: 0, superseded: 0, stale: 0, failed: 0, duplicates: 0 };
  expect(healthOf(nothing)).toMatchObject({ score: 100, reasons: ['nothing is remembered yet'] });
});

test.each<[Partial<Vitals>, number, string]>([
  [{ superseded: 80 }, 68, 'troupe memory archive --keep 20'],
  [{ stale: 50 }, 85, 'troupe memory archive --keep 50'],
  [{ duplicates: 50 }, 85, 'troupe memory consolidate'],
  [{ failed: 60 }, 82, 'troupe memory stats'],
  [{ foreign: 100 }, 50, 'troupe memory reembed'],
  [{ bytes: 2 ** 31 }, 80, 'troupe memory archive --keep 90'],
])('falls with %j to %d, and says: %s', (change, score, suggestion) => {
  const { reasons, ...health } = healthOf({ ...well, ...change });
  expect(health).toEqual({ score, suggestion });
  expect(reasons).toHaveLength(1);
});

test('falls when those that are told of the past do worse, once there are enough of them', () => {
  const others = { tasks: 30, success: 0.9 };
  const worse = { ...well, told: { tasks: 30, success: 0.7 }, others };
  expect(healthOf(worse)).toMatchObject({ score: 80 });
  expect(healthOf(worse).reasons[0]).toContain('70 % and 90 %');
  expect(healthOf({ ...worse, told: { tasks: 3, success: 0 } }).score).toBe(100);
});

test('is never below 0', () => {
  const bad = { superseded: 100, stale: 100, failed: 100, foreign: 100, duplicates: 100 };
  expect(healthOf({ ...well, ...bad, bytes: 2 ** 31 })).toMatchObject({ score: 0 });
});
