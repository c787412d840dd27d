/** Who works when: limits, order, waves, and what becomes of the rest when something failed. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { commands, linesIn, pretends, resultOf, stages, taskOf, typesOf } from './stage.ts';

const stage = stages('schedule');

/** Each attempt says when it begins and when it ends, with a breath between. */
const diary = 'echo "+ $TROUPE_ROLE $TROUPE_TASK" >> log; sleep 0.05; echo "- $TROUPE_ROLE" >> log';

/** Ends only once so many have begun: fewer at once would wait for ever. */
const together = (count: number): string =>
  `echo "+ $TROUPE_ROLE $TROUPE_TASK" >> log; ` +
  `until [ $(grep -c + log) -ge ${count} ]; do sleep 0.01; done; echo "- $TROUPE_ROLE" >> log`;

/** The most that were under way at once, by what the commands themselves wrote. */
function mostAtOnce(lines: readonly string[], role = ''): number {
  let [now, most] = [0, 0];
  for (const line of lines.filter((each) => each.slice(2).startsWith(role))) {
    now += line.startsWith('+') ? 1 : -1;
    most = Math.max(most, now);
  }
  expect(now).toBe(0);
  return most;
}

const begun = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith('+')).map((line) => line.split(' ')[2] ?? '');

const many = (prefix: string, count: number, agent: string) =>
  Array.from({ length: count }, (_, at) => ({ id: `${prefix}${at}`, agent, run: diary }));

describe('no more are under way at once', () => {
  test('than the run may have', async () => {
    const { play, cwd } = stage();
    const tasks = many('t', 12, 'worker').map((task) => ({ ...task, run: together(3) }));
    const { end } = await play(commands(tasks, { concurrency: 3 }));
    expect(end).toMatchObject({ status: 'succeeded' });
    const lines = linesIn(join(cwd, 'log'));
    expect(lines).toHaveLength(24);
    expect(mostAtOnce(lines)).toBe(3);
  });

  test('than a role may have, or has agents', async () => {
    const { play, cwd } = stage();
    const plan = definePlan({
      name: 'roles',
      concurrency: 10,
      agents: {
        few: command({ count: 2 }),
        shy: command({ count: 4, concurrency: 1 }),
        alone: command({ count: 1, concurrency: 5 }),
      },
      tasks: [...many('f', 6, 'few'), ...many('s', 5, 'shy'), ...many('a', 4, 'alone')],
    });
    expect((await play(plan)).end).toMatchObject({ status: 'succeeded' });
    const lines = linesIn(join(cwd, 'log'));
    expect(lines).toHaveLength(30);
    expect(mostAtOnce(lines, 'few')).toBeLessThanOrEqual(2);
    expect(mostAtOnce(lines, 'shy')).toBe(1);
    expect(mostAtOnce(lines, 'alone')).toBe(1);
  });

  test('and agents of a role share its work: nobody waits beside an idle one', async () => {
    const { play } = stage();
    const tasks = many('t', 12, 'worker').map((task) => ({ ...task, run: together(3) }));
    const { run, facts } = await play(commands(tasks, { concurrency: 3 }));
    const agents = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => (await resultOf(run, `t${at}`)).agent_id),
    );
    expect(new Set(agents)).toEqual(new Set(['worker-1', 'worker-2', 'worker-3']));
    expect(facts[0]).toMatchObject({ agents: 3 });
  });
});

describe('what goes first', () => {
  const alone = { concurrency: 1 } as const;

  test('has the higher priority', async () => {
    const { play, cwd } = stage();
    const tasks = [0, 5, -3, 9, 5].map((priority, at) => ({ id: `t${at}`, run: diary, priority }));
    await play(commands(tasks, alone));
    expect(begun(linesIn(join(cwd, 'log')))).toEqual(['t3', 't1', 't4', 't0', 't2']);
  });

  test('else has the longest path behind it, else comes first in the plan', async () => {
    const { play, cwd } = stage();
    const task = (id: string, needs: string[] = [], more: object = {}) => ({
      id,
      needs,
      run: diary,
      ...more,
    });
    const tasks = [
      task('short'),
      task('also'),
      task('head'),
      task('middle', ['head']),
      task('tail', ['middle']),
      task('long', [], { estimate: '10s' }),
    ];
    await play(commands(tasks, alone));
    expect(begun(linesIn(join(cwd, 'log')))).toEqual([
      'long',
      'head',
      'middle',
      'short',
      'also',
      'tail',
    ]);
  });
});

describe('in waves', () => {
  const task = (id: string, needs: string[] = []) => ({ id, needs });
  const tasks = [
    task('a1'),
    task('a2'),
    task('b1', ['a1']),
    task('b2', ['a1', 'a2']),
    task('c1', ['b1']),
    task('lone'),
  ];
  const waveOf: Readonly<Record<string, number>> = { a1: 0, a2: 0, lone: 0, b1: 1, b2: 1, c1: 2 };

  test('nobody begins before all of the wave before have ended', async () => {
    const { facts, end } = await stage().play(
      pretends(tasks, { work: '1ms..20ms' }, { mode: 'waves' }),
    );
    expect(end).toMatchObject({ status: 'succeeded' });
    const open = Object.values(waveOf);
    for (const fact of facts) {
      const wave = waveOf[taskOf(fact) ?? ''] ?? 0;
      if (fact.type === 'task.succeeded') open.splice(open.indexOf(wave), 1);
      if (fact.type === 'task.ready') expect(Math.min(...open)).toBe(wave);
    }
    expect(open).toEqual([]);
  });

  test('a wave that is skipped opens the next', async () => {
    const agents: PlanDocument['agents'] = {
      bad: { adapter: 'simulated', work: '0ms', fail: 1 },
      good: { adapter: 'simulated', work: '0ms' },
    };
    const plan = definePlan({
      name: 'waves',
      mode: 'waves',
      agents,
      tasks: [
        { id: 'a', agent: 'bad' },
        { id: 'x', agent: 'good' },
        { id: 'b', agent: 'good', needs: ['a'] },
        { id: 'y', agent: 'good', needs: ['x'] },
        { id: 'z', agent: 'good', needs: ['y'] },
      ],
    });
    const { end } = await stage().play(plan);
    expect(end).toMatchObject({
      status: 'failed',
      counts: { succeeded: 3, failed: 1, skipped: 1 },
    });
  });

  test('a task starts at once when there are none: eager', async () => {
    const { facts } = await stage().play(pretends(tasks, { work: '1ms..20ms' }));
    expect(facts.some(({ type }) => type === 'wave.started')).toBe(false);
    expect(typesOf(facts).at(-1)).toBe('run.succeeded');
  });
});

describe('when a task has failed for good', () => {
  const tasks: PlanDocument['tasks'] = [
    { id: 'bad', run: 'echo oh no >&2; exit 1' },
    { id: 'after', needs: ['bad'], run: 'true' },
    { id: 'later', needs: ['after', 'good'], run: 'true' },
    { id: 'good', run: 'sleep 0.2' },
    { id: 'next', needs: ['good'], run: 'echo next > next' },
  ];

  test('only what depends on it is skipped, with the reason, and the rest goes on', async () => {
    const { play, cwd } = stage();
    const { run, end, facts } = await play(commands(tasks, { onFailure: 'continue' }));
    expect(end).toMatchObject({
      kind: 'ended',
      status: 'failed',
      reason: '1 failed, 2 skipped, 0 cancelled',
      counts: { succeeded: 2, failed: 1, skipped: 2, cancelled: 0 },
    });
    expect(await resultOf(run, 'after')).toMatchObject({
      status: 'skipped',
      agent_id: null,
      attempts: 0,
      error: { code: 'dependency.failed', message: 'it needs bad, which failed' },
    });
    expect(await resultOf(run, 'later')).toMatchObject({
      status: 'skipped',
      error: { code: 'dependency.skipped', message: 'it needs after, which was skipped' },
    });
    expect(linesIn(join(cwd, 'next'))).toEqual(['next']);
    expect(facts.at(-1)).toMatchObject({
      type: 'run.failed',
      reason: '1 failed, 2 skipped, 0 cancelled',
    });
  });

  test('all stops when the plan says so, and what was under way is ended', async () => {
    const { play, cwd } = stage();
    const slow = tasks.map((task) => (task.id === 'good' ? { ...task, run: 'sleep 600' } : task));
    const { run, end } = await play(commands(slow, { onFailure: 'stop' }));
    expect(end).toMatchObject({ status: 'failed', reason: 'bad failed' });
    expect(await resultOf(run, 'good')).toMatchObject({
      status: 'cancelled',
      error: { code: 'task.cancelled', message: 'bad failed' },
    });
    expect((await resultOf(run, 'next')).status).toMatch(/cancelled|skipped/);
    expect(linesIn(join(cwd, 'next'))).toEqual([]);
  });
});
