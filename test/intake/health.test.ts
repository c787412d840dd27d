/** The score of a house: every sign takes points, says why, and names the next step. */
import { describe, expect, test } from 'vitest';
import { refusal } from '../../src/intake/answers.ts';
import type { Entry, Finished } from '../../src/intake/entry.ts';
import { healthOf, noSigns, type Signs } from '../../src/intake/health.ts';

const entry: Entry = {
  key: 'a',
  from: { kind: 'inbox', hash: '' },
  work: { kind: 'plan', file: 'p.yaml' },
  priority: 0,
  takenAt: 0,
  run: 'a-1',
};
const failed: Finished = { entry, answer: refusal('a', new Error('no')) };
const done: Finished = { entry, answer: { ...failed.answer, status: 'completed' } };
const asked = { id: 'a', prompt: 'x', priority: 0, agent: 'ada' };
const byAda: Entry = { ...entry, work: { kind: 'task', asked } };
const nightly: Entry = { ...entry, from: { kind: 'schedule', schedule: 'nightly', dueMs: 0 } };
const times = (count: number, one: Finished): readonly Finished[] => Array(count).fill(one);

describe('the score', () => {
  test('of a house without a sign of trouble is 100', () => {
    expect(healthOf(noSigns)).toEqual({ score: 100, reasons: [] });
  });

  const cases: readonly (readonly [string, Partial<Signs>, number, RegExp])[] = [
    ['an inbox that is gone', { troubles: { inbox: 'ENOENT' } }, 60, /inbox: ENOENT/],
    ['little disk', { diskFreeBytes: 2 ** 29 }, 70, /512 MiB left/],
    ['hardly any disk', { diskFreeBytes: 1 }, 40, /0 MiB left/],
    ['a run that rests', { stuck: [{ run: 'r-1', why: 'x' }] }, 85, /r-1 does not go on: x/],
    [
      'a link in the inbox',
      { strange: ['a.json', 'b.json'] },
      95,
      /a.json \(and 1 more\) is no plain/,
    ],
    [
      'a schedule whose plan is gone',
      { plans: [{ schedule: 'nightly', file: '/n.yaml', why: 'no such file\nmore' }] },
      85,
      /nightly can't begin its plan: no such file$/,
    ],
    ['a full queue', { waiting: 9, waitingMax: 9 }, 70, /9 tasks wait/],
    ['a long wait', { oldestWaitMs: 7_200_001 }, 90, /waited for 2 h/],
    ['failures', { recent: [...times(2, done), ...times(3, failed)] }, 70, /3 of the last 5/],
    [
      'a role that is gone, among others',
      { recent: [...times(9, done), ...times(3, { ...failed, entry: byAda })] },
      75,
      /^ada: its last 3 tasks failed, at last by: no$/,
    ],
    [
      'a schedule that failed',
      { recent: [{ ...failed, entry: nightly }] },
      90,
      /nightly failed last time/,
    ],
    ['a memory that nobody looks after', { memory: 'crashed' }, 90, /its worker has crashed/],
    ['a busy machine', { lagMs: 9_000 }, 80, /9 s late/],
  ];
  test.each(cases)('falls for %s', (_, signs, score, what) => {
    const health = healthOf({ ...noSigns, ...signs });
    expect(health.score).toBe(score);
    expect(health.reasons.map((reason) => reason.what).join()).toMatch(what);
    expect(health.reasons.every(({ hint }) => hint.length > 0)).toBe(true);
  });

  test.each<readonly [string, Partial<Signs>]>([
    ['few failures', { recent: times(4, failed) }],
    ['a role that failed twice', { recent: times(2, { ...failed, entry: byAda }) }],
    ['as many failures as not', { recent: [...times(3, done), ...times(3, failed)] }],
    [
      'a schedule that came through since',
      {
        recent: [
          { ...failed, entry: nightly },
          { ...done, entry: nightly },
        ],
      },
    ],
    ['a disk with room', { diskFreeBytes: 2 ** 31 }],
  ])('does not fall for %s', (_, signs) => {
    expect(healthOf({ ...noSigns, ...signs }).score).toBe(100);
  });

  test('is never below 0', () => {
    const troubles = { inbox: 'x', work: 'x', runs: 'x' };
    expect(healthOf({ ...noSigns, troubles, diskFreeBytes: 1 }).score).toBe(0);
  });
});
