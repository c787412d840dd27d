/** What past tasks tell: counted from real runs, and honest about how little that may be. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { refusal } from '../../src/intake/answers.ts';
import { readStats } from '../../src/learning/samples.ts';
import { quantile, type Sample, statsBy, wilson } from '../../src/learning/tally.ts';
import { resultPath, type TaskResult } from '../../src/runs/results.ts';
import { commands, stages } from '../app/stage.ts';

const stage = stages('stats');

const sample = (result: Partial<TaskResult>, more: Partial<Sample> = {}): Sample => ({
  ...{ run: 'r-1', adapter: 'claude', model: 'claude', role: 'coder', task: 't' },
  ...{ prompt: '', kind: '', skill: '' },
  ...more,
  result: { ...refusal('t', new Error('no')), attempts: 1, ...result },
});
const done = (ms: number, usd: number | null = 0.1) =>
  sample({ status: 'completed', duration_ms: ms, cost_usd: usd });

describe('the figures', () => {
  test('count what was done and what failed, and nothing else', () => {
    const samples = [
      ...[100, 200, 300, 400, 1_000].map((ms) => done(ms)),
      sample({ status: 'failed', attempts: 3, cost_usd: null }),
      sample({ status: 'skipped' }),
      sample({ status: 'cancelled' }),
    ];
    const [stat, none] = statsBy('adapter', samples);
    expect(none).toBeUndefined();
    expect(stat).toMatchObject({ key: 'claude', runs: 1, tasks: 6, completed: 5, isFew: true });
    expect(stat?.successRate).toBeCloseTo(5 / 6);
    expect(stat?.retries).toBeCloseTo(2 / 6);
    expect(stat?.durationMs).toEqual({ p50: 300, p90: 1_000 });
    expect(stat?.costUsd).toMatchObject({ unknown: 1, perTask: 0.1 });
    expect(stat?.costUsd.total).toBeCloseTo(0.5);
  });

  test('are not claimed where there are none', () => {
    const [stat] = statsBy('role', [sample({ status: 'failed', cost_usd: null })]);
    expect(stat).toMatchObject({ durationMs: null, costUsd: { total: null, perTask: null } });
  });

  test('come with the most tasks first', () => {
    const samples = [done(1), sample({ status: 'completed' }, { adapter: 'b' }), done(2)];
    const more = sample({ status: 'completed' }, { adapter: 'a' });
    expect(statsBy('adapter', [...samples, more]).map(({ key }) => key)).toEqual([
      'claude',
      'a',
      'b',
    ]);
  });

  test.each([
    [0, 0, [0, 1]],
    [3, 3, [0.44, 1]],
    [0, 3, [0, 0.56]],
    [50, 100, [0.4, 0.6]],
  ])('are as sure as %d of %d allow', (good, tried, [low = 0, high = 0]) => {
    const [from, to] = wilson(good, tried);
    expect([from, to]).toEqual([expect.closeTo(low, 2), expect.closeTo(high, 2)]);
  });

  test.each([
    [[1, 2, 3], 0.5, 2],
    [[1, 2], 0.5, 1],
    [[7], 0.9, 7],
    [[], 0.5, 0],
  ])('the quantile of %j at %d was really there', (sorted, share, is) => {
    expect(quantile(sorted, share)).toBe(is);
  });
});

describe('a home', () => {
  test('without runs has nothing to tell', async () => {
    const { home } = stage();
    expect(await readStats(home, 'adapter')).toEqual({ by: 'adapter', runs: 0, stats: [] });
  });

  test('tells of all its runs, by adapter, role, model and task', async () => {
    const { home, play } = stage();
    const tasks = [
      { id: 'good', run: ['true'] },
      { id: 'bad', run: ['false'], retries: 1, backoff: { initial: '1ms' } },
      { id: 'after', run: ['true'], needs: ['bad'] },
    ];
    await play(commands(tasks));
    await play(commands(tasks.slice(0, 1)));
    const { runs, stats } = await readStats(home, 'adapter');
    expect(runs).toBe(2);
    expect(stats).toMatchObject([{ key: 'command', runs: 2, tasks: 3, completed: 2 }]);
    expect(stats[0]?.retries).toBeCloseTo(1 / 3);
    const keys = async (by: 'role' | 'task' | 'model') =>
      (await readStats(home, by)).stats.map(({ key, completed }) => [key, completed]);
    expect(await keys('role')).toEqual([['worker', 2]]);
    expect(await keys('model')).toEqual([['command', 2]]);
    expect(await keys('task')).toEqual([
      ['good', 2],
      ['bad', 0],
    ]);
  });

  test('counts what a fork took over once, and passes over what can not be read', async () => {
    const { home, play, troupe, resume } = stage();
    const { run } = await play(
      commands([
        { id: 'a', run: ['true'] },
        { id: 'b', run: ['true'] },
      ]),
    );
    const { folder } = await troupe.fork(run.id, {});
    await (await resume(folder.id)).played;
    writeFileSync(resultPath(run.folder, 'b'), '{ "half');
    const [stat] = (await readStats(home, 'adapter')).stats;
    expect(stat).toMatchObject({ tasks: 1, completed: 1 });
  });
});
