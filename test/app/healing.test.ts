/** A task that goes on failing is split into smaller ones, and in the end a person is asked. */
import { describe, expect, test } from 'vitest';
import { command, definePlan } from '../../src/plan/define.ts';
import { planOf } from '../planning/crowd.ts';
import { resultOf, stages, typesOf } from './stage.ts';

const stage = stages('healing');
const at = 'process.env.TROUPE_ATTEMPT';
const told = "(JSON.parse(process.env.TROUPE_SUBTASKS ?? '{}').subtasks ?? []).length";
/** Fails until somebody has done a part of it. */
const worker = [
  'node',
  '-e',
  `const n = ${told}; console.log('parts: ' + n); process.exit(n ? 0 : 1)`,
];
const planner = [
  ...['node', '-e'],
  `console.log(${planOf([{ id: 'half', agent: 'helper', prompt: 'Do a half.' }])})`,
];

const healing = (heal: object, run: string[] = worker) =>
  definePlan({
    name: 'healing',
    agents: {
      coder: command({ run, count: 1 }),
      planner: command({ run: planner, count: 1 }),
      helper: command({ run: ['cat'], count: 1 }),
    },
    tasks: [{ id: 'job', agent: 'coder', backoff: { initial: '0ms', max: '0ms' }, heal }],
  });

const split = { agent: 'planner', agents: ['helper'] };

describe('a task that failed twice', () => {
  test('is split by a planner, and put together by its own role', async () => {
    const { run, end, facts } = await stage().play(healing({ split }));
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } });
    const job = typesOf(facts, 'job').filter((type) => /split|delegated|succeeded/.test(type));
    expect(job).toEqual(['task.split', 'task.delegated', 'task.succeeded']);
    expect((await resultOf(run, 'job')).output).toContain('parts: 1');
    expect((await resultOf(run, 'job.half')).output).toContain('Do a half.');
  });

  test('asks a person, who has it tried once more', async () => {
    const { begin, troupe } = stage();
    const run = ['node', '-e', `process.exit(${at} > 1 ? 0 : 1)`];
    const { run: begun, heard, played } = await begin(healing({ ask: {} }, run));
    await heard('task.escalated', 'job');
    const { why, event } = await troupe.why(begun.id, 'job');
    expect(why).toContain('job has failed, and nothing else helps');
    expect([event, why]).toEqual(['task.approve', expect.stringContaining('troupe approve')]);
    await troupe.ask(begun.id, { type: 'task.approve', task: 'job', by: 'ada' });
    expect((await played).end).toMatchObject({ status: 'succeeded' });
  });

  test('provably ends, and what it can cost counts every way that it may go', async () => {
    const { troupe } = stage();
    const unused = { planner: [], helper: [] };
    const plan = healing({ ask: { within: '1h' } });
    const roles = plan.roles.filter(({ name }) => !Object.hasOwn(unused, name));
    const bare = await troupe.verify({ ...plan, roles });
    const whole = await troupe.verify(healing({ split, ask: { within: '1h' } }));
    expect(whole.findings).toEqual([]);
    const { verdict, worst } = whole;
    expect(bare.findings).toEqual([]);
    expect([bare.verdict, verdict]).toEqual(['proved', 'proved']);
    expect(worst.calls).toBeGreaterThan(bare.worst.calls);
    // One more than the plan's own tries for each yes, and an hour for each question.
    expect(bare.worst).toMatchObject({ calls: 3, attempts: 3 });
    expect(bare.worst.durationMs).toBeGreaterThan(2 * 60 * 60_000);
  });
});
