/** The budget of a run: no attempt begins that it can't pay for, and what was spent is told. */
import { describe, expect, test } from 'vitest';
import { definePlan, simulated } from '../../src/plan/define.ts';
import { resultOf, stages } from './stage.ts';

const stage = stages('budget');

const ids = ['a', 'b', 'c', 'd', 'e'];
const tasks = ids.map((id) => ({ id, agent: 'worker', retries: 0 }));

const oneMore = 'an attempt by worker may cost $0.10';

describe('a budget', () => {
  test('pays for as many attempts as it can, and the rest fails and says why', async () => {
    const { play } = stage();
    const agents = { worker: simulated({ costUsd: 0.1, work: '5ms', count: 5 }) };
    const { run, end } = await play(definePlan({ budget: { usd: 0.25 }, agents, tasks }));
    expect(end).toMatchObject({ status: 'failed', counts: { succeeded: 2, failed: 3 } });
    expect(run.view().costUsd).toBeCloseTo(0.2);
    const results = await Promise.all(ids.map((id) => resultOf(run, id)));
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed).toHaveLength(3);
    for (const { error, attempts } of failed) {
      expect(attempts).toBe(0);
      expect(error).toEqual({
        code: 'budget.exhausted',
        message: `the budget of $0.25 can't pay for it: $0.20 spent, and ${oneMore}`,
        retryable: false,
      });
    }
  });

  test('is kept by retries, too; all attempts are counted', async () => {
    const { play } = stage();
    const agents = { worker: simulated({ costUsd: 0.1, work: '0ms', fail: 1, count: 1 }) };
    const backoff = { initial: '1ms' };
    const task = { id: 'a', agent: 'worker', retries: 9, backoff };
    const plan = definePlan({ budget: { usd: 0.35 }, agents, tasks: [task] });
    const { run, end } = await play(plan);
    expect(end).toMatchObject({ status: 'failed' });
    const { attempts, cost_usd, error } = await resultOf(run, 'a');
    expect({ attempts, code: error?.code }).toEqual({ attempts: 3, code: 'budget.exhausted' });
    expect(cost_usd).toBeCloseTo(0.3);
  });

  test('gets nothing back for an attempt that was cut off: nobody saw its cost', async () => {
    const { begin, resume } = stage();
    const agents = { worker: simulated({ costUsd: 0.1, work: '10m', count: 1 }) };
    const task = { id: 'a', agent: 'worker' };
    const plan = definePlan({ budget: { usd: 0.25 }, agents, tasks: [task] });
    const first = await begin(plan, { speed: 1 });
    await first.heard('task.started', 'a');
    await first.run.stop();
    const second = await resume(first.run.id);
    await second.heard('task.started', 'a');
    await second.run.stop();
    const { end, run } = await (await resume(first.run.id)).played;
    expect(end).toMatchObject({ status: 'failed' });
    expect(await resultOf(run, 'a')).toMatchObject({
      attempts: 2,
      cost_usd: null,
      error: { code: 'budget.exhausted' },
    });
  });

  test('counts what costs nothing as nothing, also when its runtime was stopped', async () => {
    const { begin, resume } = stage();
    const agents = { worker: simulated({ work: '300ms', count: 1 }) };
    const first = await begin(definePlan({ agents, tasks: [{ id: 'a', agent: 'worker' }] }));
    await first.heard('task.started', 'a');
    await first.run.stop();
    const { run } = await (await resume(first.run.id)).played;
    expect(await resultOf(run, 'a')).toMatchObject({ status: 'completed', cost_usd: 0 });
  });

  test('of nothing still lets what is free be done', async () => {
    const { play } = stage();
    const agents = { worker: simulated({ work: '0ms' }) };
    const { end } = await play(definePlan({ budget: { usd: 0 }, agents, tasks }));
    expect(end).toMatchObject({ status: 'succeeded' });
  });
});
