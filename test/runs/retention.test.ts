/** Which runs may go. */
import { describe, expect, test } from 'vitest';
import { type KeptRun, type PrunePolicy, toPrune } from '../../src/runs/retention.ts';

const dayMs = 86_400_000;
const nowMs = 100 * dayMs;
const run = (id: string, status: KeptRun['status'], days: number, alive = false): KeptRun => {
  return { id, status, alive, at: nowMs - days * dayMs };
};

const runs = [
  run('old', 'succeeded', 40),
  run('young', 'succeeded', 1),
  run('failed', 'failed', 50),
  run('cancelled', 'cancelled', 60),
  run('stopped', 'running', 70),
  run('unborn', 'planning', 80),
  run('unreadable', null, 90),
  run('alive', 'running', 95, true),
  run('ending', 'succeeded', 96, true),
];

const plain: PrunePolicy = { olderThanMs: null, keep: 0, keepFailed: false, stopped: false };
const gone = (policy: Partial<PrunePolicy>): readonly string[] =>
  toPrune(runs, { ...plain, ...policy }, nowMs).map(({ id }) => id);

describe('what goes', () => {
  test.each<[Partial<PrunePolicy>, readonly string[]]>([
    [{}, ['young', 'old', 'failed', 'cancelled']],
    [{ olderThanMs: 30 * dayMs }, ['old', 'failed', 'cancelled']],
    [{ olderThanMs: 40 * dayMs }, ['failed', 'cancelled']],
    [{ keepFailed: true }, ['young', 'old', 'cancelled']],
    [{ keep: 2 }, ['failed', 'cancelled']],
    [{ keep: 2, keepFailed: true }, ['cancelled']],
    [{ keep: 1, olderThanMs: 55 * dayMs }, ['cancelled']],
    [{ keep: 99 }, []],
    [{ stopped: true, olderThanMs: 65 * dayMs }, ['stopped', 'unborn']],
  ])('with %o', (policy, expected) => {
    expect(gone(policy)).toEqual(expected);
  });
});
