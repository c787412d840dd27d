/** A run as people see it, read from its actors at every stage of its life. */
import { describe, expect, test } from 'vitest';
import { address } from '../../machines/ids.ts';
import { noUsage } from '../../machines/outcome.ts';
import type { PlanDocument } from '../../src/plan/define.ts';
import { lostView, statusOf } from '../../src/runs/view.ts';
import { outputOf, planOf, succeededWith } from './samples.ts';
import { SteppedRun } from './stepped.ts';

const stepped = (tasks: PlanDocument['tasks'], more: Partial<PlanDocument> = {}): SteppedRun =>
  new SteppedRun(planOf(tasks, more));

const succeeded = succeededWith(outputOf('done'));
const fault = { code: 'agent.exited', message: 'cat exited 1', retryable: true };
const failed = { ...succeeded, kind: 'failed', fault } as const;

describe('a run', () => {
  test('that has not begun has its tasks, unborn, and no agents', () => {
    const run = stepped([{ id: 'a' }, { id: 'b', needs: ['a'], retries: 2 }]);
    expect(run.view()).toEqual({
      id: 'sample-abcde',
      name: 'sample',
      status: 'planning',
      tasks: [
        expect.objectContaining({ id: 'a', state: 'unborn', attempt: 0, agent: null }),
        expect.objectContaining({ id: 'b', needs: ['a'], retries: 2, dueAt: null, costUsd: 0 }),
      ],
      agents: [],
      counts: { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
      total: 2,
      costUsd: 0,
      reason: '',
      at: 0,
    });
  });

  test('is seen in every state of a task that goes well', () => {
    const run = stepped([
      { id: 'a', verify: { file: 'x' } },
      { id: 'b', needs: ['a'] },
    ]).begin();
    expect(run.view()).toMatchObject({ status: 'running', agents: [{ state: 'spawning' }] });
    expect(run.task('a').state).toBe('ready');
    expect(run.task('b').state).toBe('waiting');
    run.end('open', null);
    expect(run.task('a')).toMatchObject({ state: 'running', agent: 'worker-1', attempt: 1 });
    expect(run.view().agents).toEqual([
      { id: 'worker-1', role: 'worker', state: 'working', task: 'a', fault: null },
    ]);
    run.end('work', succeeded);
    expect(run.task('a')).toMatchObject({ state: 'verifying.checking', durationMs: 1_500 });
    expect(run.view().agents[0]).toMatchObject({ state: 'idle', task: null });
    run.end('verify', { evidence: [], fault: null });
    expect(run.task('a')).toMatchObject({ state: 'succeeded', dueAt: null });
    run.end('work', succeeded);
    expect(run.view()).toMatchObject({
      status: 'succeeded',
      counts: { succeeded: 2, failed: 0, skipped: 0, cancelled: 0 },
      agents: [{ id: 'worker-1', state: 'stopped', task: null }],
      reason: '',
    });
  });

  test('says when a state changes by itself', () => {
    const run = stepped([{ id: 'a', timeout: '10s', retries: 1 }])
      .begin()
      .end('open', null);
    const { at } = run.view();
    // The agent ends the attempt at its timeout; the task does so half a minute later.
    expect(run.task('a').dueAt).toBe(at + 40_000);
    run.end('work', failed);
    expect(run.task('a')).toMatchObject({ state: 'retrying', fault, attempt: 1 });
    expect(run.task('a').dueAt).toBeGreaterThan(run.view().at);
    expect(run.ring().task('a')).toMatchObject({ state: 'running', attempt: 2, fault: null });
  });

  test('that fails says what failed, what was skipped, and why', () => {
    const run = stepped([{ id: 'a' }, { id: 'b', needs: ['a'] }])
      .begin()
      .end('open', null);
    run.end('work', failed);
    expect(run.view()).toMatchObject({ status: 'failed', counts: { failed: 1, skipped: 1 } });
    expect(run.task('b')).toMatchObject({ state: 'skipped', agent: null, attempt: 0 });
    expect(run.task('b').fault?.message).toBe('it needs a, which failed');
  });

  test('that is called off says why', () => {
    const run = stepped([{ id: 'a' }])
      .begin()
      .end('open', null);
    run.send('orchestrator', { type: 'run.cancel', reason: 'enough' });
    expect(run.view()).toMatchObject({ status: 'cancelled', reason: 'enough' });
    expect(run.task('a').state).toBe('cancelled');
  });

  test('that is called off before it had a plan is cancelled', () => {
    const run = stepped([{ id: 'a' }]);
    run.input({
      kind: 'spawn',
      machine: 'orchestrator',
      address: address('orchestrator'),
      input: undefined,
    });
    expect(run.view().status).toBe('planning');
    run.send('orchestrator', { type: 'run.cancel', reason: 'no' });
    expect(run.view()).toMatchObject({ status: 'cancelled', tasks: [{ state: 'unborn' }] });
  });

  test('sums what it cost, and does not when a price is unknown', () => {
    const run = stepped([{ id: 'a' }, { id: 'b' }])
      .begin()
      .end('open', null);
    const paid = (costUsd: number | null) => ({ ...succeeded, usage: { ...noUsage, costUsd } });
    run.end('work', paid(0.25));
    expect(run.view().costUsd).toBe(0.25);
    run.end('work', paid(null));
    expect(run.view().costUsd).toBeNull();
  });

  test('lists its agents by role and number, ended ones too', () => {
    const agents = {
      zed: { adapter: 'simulated' },
      ada: { adapter: 'simulated', count: 12 },
    } as const;
    const run = stepped(
      [
        { id: 'a', agent: 'ada' },
        { id: 'z', agent: 'zed' },
      ],
      { agents },
    ).begin();
    const ids = Array.from({ length: 12 }, (_, at) => `ada-${at + 1}`);
    expect(run.view().agents.map(({ id }) => id)).toEqual([...ids, 'zed-1']);
    run.input({ kind: 'stop', address: address('agent/ada-3') });
    expect(run.view().agents.map(({ id }) => id)).toEqual([...ids, 'zed-1']);
  });

  test('shows the fault of an agent that crashed', () => {
    const missing = { code: 'agent.program-not-found', message: 'no cat', retryable: false };
    const run = stepped([{ id: 'a' }])
      .begin()
      .end('open', missing);
    expect(run.view().agents).toEqual([
      { id: 'worker-1', role: 'worker', state: 'crashed', task: null, fault: missing },
    ]);
    expect(run.view().status).toBe('failed');
    expect(run.task('a').fault?.message).toContain('no cat');
  });
});

describe('a run that broke', () => {
  test('by a bug in its orchestrator has failed', () => {
    const run = stepped([{ id: 'a' }]).begin();
    const orchestrator = run.core.registry.lookUp(address('orchestrator'));
    if (!orchestrator) throw new Error('no orchestrator');
    orchestrator.state = { ...orchestrator.state, status: 'error', error: new Error('bug') };
    expect(statusOf(orchestrator)).toBe('failed');
  });

  test('by a bug in a task shows it as crashed', () => {
    const run = stepped([{ id: 'a' }]).begin();
    // An assignment to nobody: no machine of ours sends it.
    run.send('task/a', { type: 'task.assign', agent: null, token: null } as never);
    expect(run.task('a').state).toBe('crashed');
    expect(run.view().reason).toContain('a bug in task/a');
  });

  test('so that it can not even be read still has a line', () => {
    expect(lostView('sample-abcde', 'no order')).toMatchObject({
      id: 'sample-abcde',
      status: 'failed',
      reason: 'no order',
      tasks: [],
      total: 0,
    });
  });
});
