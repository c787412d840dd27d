/** Why a task stands where it stands: a sentence and an event for every state there is. */
import { describe, expect, test } from 'vitest';
import { taskMachine } from '../../machines/index.ts';
import type { RunStatus, RunView, TaskView } from '../../src/runs/view.ts';
import { type Explanation, explain } from '../../src/runs/why.ts';
import { agentView, runView, taskView } from './samples.ts';

const at = Date.UTC(2030, 0, 1, 12);
const fault = { code: 'agent.exited', message: 'npm exited 1: no luck', retryable: true };

interface Given {
  readonly others?: readonly TaskView[];
  readonly view?: Partial<RunView>;
  readonly alive?: boolean;
}

function why(task: Partial<TaskView>, given: Given = {}): Explanation {
  const { others = [], view = {}, alive = true } = given;
  const asked = taskView({ agent: null, attempt: 0, ...task });
  const run = runView([...others, asked], { status: 'running', ...view });
  return explain(run, asked, { at, alive });
}

describe('a task', () => {
  test('that is not there yet waits for the plan', () => {
    expect(why({ state: 'unborn' }, { view: { status: 'planning' } })).toEqual({
      task: 'build',
      state: 'unborn',
      why: 'The run has not begun: build is not there yet.',
      event: 'plan.submit',
      waitsFor: [],
    });
  });

  test('waits for the tasks that it needs, each with its state', () => {
    const others = [
      taskView({ id: 'a' }),
      taskView({ id: 'b', state: 'running' }),
      taskView({ id: 'c', state: 'verifying.checking' }),
    ];
    expect(why({ state: 'waiting', needs: ['a', 'b', 'c'] }, { others })).toMatchObject({
      why: 'build waits for b (running), c (verifying.checking).',
      event: 'dependency.settled',
      waitsFor: ['b', 'c'],
    });
  });

  test('that waits for many names five, and counts the others', () => {
    const needs = Array.from({ length: 9 }, (_, index) => `t${index}`);
    const others = needs.map((id) => taskView({ id, state: 'ready' }));
    const said = why({ state: 'waiting', needs }, { others });
    expect(said.why).toMatch(/t4 \(ready\) and 4 more\.$/);
    expect(said.waitsFor).toEqual(needs);
  });

  test('whose needs are done waits for its wave', () => {
    const others = [taskView({ id: 'a' })];
    expect(why({ state: 'waiting', needs: ['a'] }, { others })).toMatchObject({
      why: 'build waits until every task of the wave before is settled.',
      event: 'wave.opened',
      waitsFor: [],
    });
  });

  test('waits for a person, and says what to type and how long there is', () => {
    const said = why({ state: 'approving', dueAt: at + 90_000 });
    expect(said.event).toBe('task.approve');
    expect(said.why).toBe(
      'build waits for a person: troupe approve sample-abcde build, ' +
        'until 2030-01-01 12:01:30 UTC at the latest (1 min 30 s).',
    );
  });

  test('whose time is over has none left, and not less', () => {
    expect(why({ state: 'approving', dueAt: at - 90_000 }).why).toContain('(0 ms)');
  });

  test('that is ready waits for a busy agent, for one to come up, or for a place', () => {
    const agents = [
      agentView({ id: 'worker-1', state: 'working', task: 'a' }),
      agentView({ id: 'other-1', role: 'other' }),
      agentView({ id: 'worker-2', state: 'stopped' }),
    ];
    expect(why({ state: 'ready' }, { view: { agents } }).why).toBe(
      'build waits for an agent of the role worker: worker-1 (a).',
    );
    const spawning = [agentView({ state: 'spawning' })];
    expect(why({ state: 'ready' }, { view: { agents: spawning } }).why).toBe(
      'build waits for an agent of the role worker; none is up yet.',
    );
    const idle = [...agents, agentView({ id: 'worker-3' })];
    expect(why({ state: 'ready' }, { view: { agents: idle } }).why).toBe(
      'build waits for a place: the run, or the role worker, ' +
        'has as many tasks under way as it may.',
    );
  });

  test('that runs is with an agent, at an attempt, until a time', () => {
    const running = { agent: 'worker-1', attempt: 2, dueAt: at + 60_000 };
    expect(why({ state: 'running', ...running }).why).toBe(
      'worker-1 works on build, attempt 2, ' +
        'until 2030-01-01 12:01:00 UTC at the latest (1 min 00 s).',
    );
    expect(why({ state: 'assigned', ...running }).why).toBe(
      'build was given to worker-1, which has not begun yet.',
    );
    expect(why({ state: 'verifying.checking', ...running }).why).toBe(
      'worker-1 is done; the checks of build are being run.',
    );
  });

  test('that failed and tries again says what failed', () => {
    expect(why({ state: 'retrying', attempt: 1, fault, dueAt: at + 1_000 }).why).toBe(
      'Attempt 1 of build failed: npm exited 1: no luck. ' +
        'The next one waits its turn, until 2030-01-01 12:00:01 UTC at the latest (1.0 s).',
    );
    expect(why({ state: 'retrying', attempt: 1 }).why).toContain('no reason was given');
    expect(why({ state: 'parked', fault }).why).toBe('build is parked: npm exited 1: no luck.');
    expect(why({ state: 'parked' }).why).toBe('build is parked: a limit was reached.');
  });

  test.each([
    ['succeeded', 'build succeeded at attempt 3.'],
    ['failed', 'build failed: npm exited 1: no luck.'],
    ['skipped', 'build was skipped: npm exited 1: no luck.'],
    ['cancelled', 'build was cancelled: npm exited 1: no luck.'],
    ['crashed', 'build crashed: npm exited 1: no luck.'],
    ['somewhere', 'build ended: npm exited 1: no luck.'],
  ])('that is %s has ended, and nothing moves it', (state, expected) => {
    const given = { state, attempt: 3, fault };
    expect(why(given, { alive: false })).toMatchObject({ why: expected, event: null });
    expect(why({ ...given, fault: null }).why).toMatch(/^build \S.*\.$/);
  });
});

describe('when nobody works on the run', () => {
  const advice = ' Nobody works on the run: troupe resume sample-abcde';

  test.each(['unborn', 'waiting', 'approving', 'ready', 'running', 'retrying'])(
    'a task that is %s says so, and what to do',
    (state) => {
      expect(why({ state }, { alive: false }).why).toMatch(/\. Nobody works on the run: /);
      expect(why({ state }, { alive: false }).why.endsWith(advice)).toBe(true);
      expect(why({ state }).why).not.toContain('Nobody');
    },
  );

  test.each<[RunStatus, boolean]>([
    ['planning', true],
    ['running', true],
    ['succeeded', false],
    ['failed', false],
    ['cancelled', false],
  ])('a run that is %s can be resumed: %s', (status, resumable) => {
    const said = why({ state: 'waiting' }, { alive: false, view: { status } });
    expect(said.why.endsWith(advice)).toBe(resumable);
  });
});

/** What XState calls the end of an invoke and of a delay, people know by its name. */
describe.each(Object.entries(taskMachine.states))('the state %s of the machine', (name, node) => {
  const inner = Object.keys(node.states);
  const states = inner.length > 0 ? inner.map((child) => `${name}.${child}`) : [name];

  test.each(states)('%s has a sentence, and the event is one that moves it', (state) => {
    const said = why({ state, agent: 'worker-1', attempt: 1, fault });
    expect(said.why).toMatch(/^[A-Za-z].*\.$/);
    // Left at once, so that nobody ever sees it.
    if (name === 'judging') return;
    if (node.type === 'final') return expect(said.event).toBeNull();
    expect(movesOut(name)).toContain(said.event);
  });
});

function movesOut(name: string): readonly string[] {
  const { states } = taskMachine.config;
  const config = states?.[name as keyof typeof states] as StateConfig;
  const own = [config, ...Object.values(config.states ?? {})];
  const moves = own.flatMap(({ on = {}, after = {}, invoke }) => [
    ...Object.keys(on),
    ...Object.keys(after).map((delay) => `after.${delay}`),
    ...(invoke ? [`done.${invoke.id}`] : []),
  ]);
  return moves;
}

interface StateConfig {
  readonly on?: object;
  readonly after?: object;
  readonly invoke?: { readonly id: string };
  readonly states?: Readonly<Record<string, StateConfig>>;
}
