/** The health of memory: its reasons, and what would help. */
import { expect, test } from 'vitest';
import { healthOf } from '../../../memory/manager/health.ts';

const well = { tasks: 100, superseded: 10, failed: 5, foreign: 0, bytes: 1_000_000 };

test('is whole when nothing is wrong, and when there is nothing', () => {
  expect(healthOf(well)).toEqual({ score: 100, reasons: ['nothing is wrong'], suggestion: '' });
  expect(healthOf({ ...well, tasks: 0, superseded: 0, failed: 0 }).score).toBe(100);
});

test('falls with every reason, and the worst one says what to do', () => {
  const old = healthOf({ ...well, superseded: 80 });
  expect(old).toMatchObject({ score: 68, suggestion: 'troupe memory prune --keep 20' });
  const worse = healthOf({ ...well, superseded: 80, failed: 60, foreign: 100, bytes: 2 ** 31 });
  expect(worse.reasons).toHaveLength(4);
  expect(worse.score).toBe(0);
});
