/** What `--set` changes, what it refuses, and what a run under way is told of it. */
import { describe, expect, test } from 'vitest';
import { definePlan } from '../../../src/plan/define.ts';
import { amendmentOf, withSettings } from '../../../src/simulation/study/setting.ts';
import { toldOf } from '../../plan/complaints.ts';

const plan = definePlan({
  concurrency: 2,
  agents: {
    coder: { adapter: 'command', run: 'x', count: 2 },
    'a.b': { adapter: 'simulated', fail: 0.5 },
  },
  tasks: [
    { id: 'one.two', agent: 'coder' },
    { id: 'three', agent: 'a.b' },
  ],
});

const set = (...settings: readonly string[]) => withSettings(plan, settings);

describe('a setting', () => {
  test('changes one thing, and the last word counts', () => {
    expect(set('concurrency=4', 'concurrency=8')).toEqual({ ...plan, concurrency: 8 });
    expect(set('mode=waves', 'onFailure=stop')).toEqual({
      ...{ ...plan, mode: 'waves', onFailure: 'stop' },
    });
    expect(set()).toEqual(plan);
  });

  test('changes the limits of a role, and how its attempts go', () => {
    const { roles } = set('agents.coder.count=5', 'agents.coder.work=1m..2m', 'agents.a.b.fail=0');
    expect(roles[0]).toMatchObject({
      ...{ count: 5, simulate: { work: { minMs: 60_000, maxMs: 120_000 } } },
    });
    expect(roles[1]).toMatchObject({ fail: 0.5, simulate: { fail: 0 } });
  });

  test('changes the limits of a task', () => {
    const { tasks } = set('tasks.one.two.retries=3', 'tasks.one.two.timeout=5m');
    expect(tasks[0]).toMatchObject({ retries: 3, timeoutMs: 300_000 });
    expect(tasks[1]).toEqual(plan.tasks[1]);
  });

  test.each([
    ['concurrency', '"concurrency" sets nothing'],
    ['=4', '"=4" sets nothing'],
    ['concurency=4', 'concurency can not be set; did you mean "concurrency"?'],
    ['concurrency=0', 'concurrency: expected a whole number from 1 to 1000, got 0'],
    ['concurrency=', 'concurrency: expected a whole number from 1 to 1000, got ""'],
    ['agents.codr.count=1', 'no role is called "codr"; did you mean "coder"?'],
    ['agents.coder.cont=1', 'agents.coder.cont can not be set; did you mean "count"?'],
    ['agents.coder.work=5', /^agents\.coder\.work: expected a duration such as .*, got 5$/],
    ['agents.coder.fail=2', 'agents.coder.fail: expected a number from 0 to 1, got 2'],
    ['tasks.thre.retries=1', 'no task is called "thre"; did you mean "three"?'],
    ['tasks.three.toString=1', /^tasks\.three\.toString can not be set; known: retries, timeout/],
  ])('%s is a mistake', (setting, message) => {
    const { code, lines, hint } = toldOf(() => set(setting));
    expect([code, lines.length, hint.length > 0]).toEqual(['simulate.setting', 1, true]);
    expect(lines[0]).toMatch(message);
  });
});

describe('a run under way', () => {
  test('is told what has changed, and nothing else', () => {
    expect(amendmentOf(plan, set('concurrency=8'))).toEqual({
      concurrency: 8,
      // As many as there are tasks: they are not fewer for it.
    });
    expect(amendmentOf(plan, set('agents.coder.count=4', 'onFailure=stop'))).toEqual({
      onFailure: 'stop',
      roles: [{ name: 'coder', limits: { count: 4, concurrency: 4, maxRestarts: 5 } }],
    });
    expect(amendmentOf(plan, set('tasks.three.retries=2'))).toEqual({
      tasks: [{ id: 'three', limits: { retries: 2, timeoutMs: 3_600_000, priority: 0 } }],
    });
  });

  test('is told nothing of rates, or when nothing changes', () => {
    expect(amendmentOf(plan, set('agents.coder.work=5m', 'concurrency=2'))).toBeNull();
  });

  test('keeps its mode', () => {
    const { lines } = toldOf(() => amendmentOf(plan, set('mode=waves')));
    expect(lines).toEqual(['the mode of a run under way stays as it is']);
  });
});
