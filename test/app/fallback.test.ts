/** Another role goes on where one can't: its program is missing, or its agents crash. */
import { expect, test } from 'vitest';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { resultOf, stages } from '../app/stage.ts';

const stage = stages('fallback');
const spare = command({ run: ['cat'] });
const job = {
  id: 'job',
  agent: 'first',
  prompt: 'Do it.',
  backoff: { initial: '0ms', max: '0ms' },
};

test('a program that is not there: nobody waits for a person', async () => {
  const first = command({ run: ['no-such-program-at-all'], fallback: ['spare'] });
  const agents = { first, spare };
  const { run, end } = await stage().play(definePlan({ name: 'gone', agents, tasks: [job] }));
  expect(end).toMatchObject({ status: 'succeeded' });
  const { output, agent_id: agent } = await resultOf(run, 'job');
  expect(agent).toBe('spare-1');
  expect(output).toContain('Do it.');
  expect(output).not.toContain('conflicts');
});

test('agents that crash: after so many, the next role has it', async () => {
  const first = simulated({
    work: '0ms',
    crash: 1,
    fallback: ['spare'],
    backoff: { initial: '0ms' },
  });
  const plan = definePlan({
    name: 'crashing',
    agents: { first, spare },
    tasks: [{ ...job, retries: 1 }],
  });
  const { run, end } = await stage().play(plan);
  expect(end).toMatchObject({ status: 'succeeded' });
  expect(await resultOf(run, 'job')).toMatchObject({ agent_id: 'spare-1', attempts: 3 });
});

test('a role that was given up keeps no place: the next task of it has its turn', async () => {
  const first = simulated({
    ...{ work: '0ms', crash: 1, count: 1, concurrency: 1, maxRestarts: 50 },
    ...{ fallback: ['spare'], fallbackAfter: 1, backoff: { initial: '0ms', max: '0ms' } },
  });
  const plan = definePlan({
    name: 'in-turn',
    agents: { first, spare: { ...spare, concurrency: 1 } },
    tasks: ['a', 'b', 'c'].map((id) => ({ ...job, id })),
  });
  const { run, end } = await stage().play(plan);
  expect(end).toMatchObject({ status: 'succeeded' });
  for (const id of ['a', 'b', 'c']) {
    expect(await resultOf(run, id)).toMatchObject({ agent_id: 'spare-1', attempts: 2 });
  }
});
