/** What follows a bad end of an attempt: another one, a pause, or the end of the task. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { runningWith } from '../agents/processes.ts';
import { commands, linesIn, pretends, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('attempts');

const delaysOf = (facts: readonly RunFact[]): readonly number[] =>
  facts.flatMap((fact) => (fact.type === 'task.retrying' ? [fact.delayMs] : []));

describe('an attempt that fails', () => {
  test('is made again after waits that grow, up to the limit', async () => {
    const { play, cwd } = stage();
    const backoff = { initial: '10ms', factor: 3, max: '50ms', jitter: 0 };
    const run = 'echo "$TROUPE_ATTEMPT" >> tries; exit 1';
    const played = await play(commands([{ id: 'a', run, retries: 4, backoff }]));
    expect(delaysOf(played.facts)).toEqual([10, 30, 50, 50]);
    expect(linesIn(join(cwd, 'tries'))).toEqual(['1', '2', '3', '4', '5']);
    expect(await resultOf(played.run, 'a')).toMatchObject({ status: 'failed', attempts: 5 });
    const times = (type: string) =>
      played.facts.filter((fact) => fact.type === type).map(({ at }) => at);
    const again = times('task.ready').slice(1);
    for (const [index, at] of times('task.retrying').entries()) {
      expect((again[index] ?? 0) - at).toBeGreaterThanOrEqual([10, 30, 50, 50][index] ?? 0);
    }
  });

  test('has waits that vary with the seed, and not from run to run', async () => {
    const backoff = { initial: '20ms', max: '40ms', jitter: 0.9 };
    const tasks = [{ id: 'a', retries: 3, backoff }];
    const waits = async (seed: number) => {
      const { facts } = await stage().play(pretends(tasks, { fail: 1 }, { seed }));
      return delaysOf(facts);
    };
    expect(await waits(1)).toEqual(await waits(1));
    expect(await waits(1)).not.toEqual(await waits(2));
  });

  test('without retries is the only one', async () => {
    const { facts, run } = await stage().play(pretends([{ id: 'a' }], { fail: 1 }));
    expect(delaysOf(facts)).toEqual([]);
    expect((await resultOf(run, 'a')).error?.code).toBe('agent.simulated-failure');
  });

  test('for a reason that no other try mends is the last', async () => {
    const { play, cwd } = stage();
    const run = ['./gone'];
    const { run: ran } = await play(commands([{ id: 'a', run, retries: 5 }]));
    expect(await resultOf(ran, 'a')).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'agent.program-not-found', message: expect.stringContaining('"./gone"') },
    });
    expect(linesIn(join(cwd, 'tries'))).toEqual([]);
  });

  test('leaves nothing among the artifacts of the next', async () => {
    const { play } = stage();
    const run =
      'ls "$TROUPE_ARTIFACTS"; touch "$TROUPE_ARTIFACTS/$TROUPE_ATTEMPT"; test $TROUPE_ATTEMPT = 2';
    const task = { id: 'a', run, retries: 1, backoff: { initial: '1ms' } };
    const played = await play(commands([task]));
    const result = await resultOf(played.run, 'a');
    expect(result).toMatchObject({ output: '', artifacts: ['artifacts/a/2'] });
  });

  test('by making a file of its artifacts folder harms nobody but itself', async () => {
    const { play } = stage();
    const run = 'rmdir "$TROUPE_ARTIFACTS" && echo x > "$TROUPE_ARTIFACTS"';
    const { end } = await play(
      commands([
        { id: 'a', run },
        { id: 'b', run: 'true' },
      ]),
    );
    expect(end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  });
});

describe('a command that takes too long', () => {
  test('is ended with all that it started, and tried again', async () => {
    const { play, cwd } = stage();
    // The first attempt hangs, with a child in a session of its own, and does not care for TERM.
    const run =
      'echo "$TROUPE_ATTEMPT" >> tries; test $TROUPE_ATTEMPT = 2 && exit 0; ' +
      "trap '' TERM; setsid sleep 600 & sleep 600";
    const task = { id: 'a', run, timeout: '1s', retries: 1, backoff: { initial: '1ms' } };
    const { run: ran, facts } = await play(commands([task]));
    expect(await resultOf(ran, 'a')).toMatchObject({ status: 'completed', attempts: 2 });
    expect(linesIn(join(cwd, 'tries'))).toEqual(['1', '2']);
    expect(facts.find(({ type }) => type === 'task.retrying')).toMatchObject({
      fault: { code: 'agent.timed-out', message: 'gave no answer within 1000 ms' },
    });
    expect(runningWith(`TROUPE_RUN=${ran.id}`)).toEqual([]);
  });
});

describe('an agent that crashes', () => {
  const crashes = (share: number, more: object = {}) => ({
    crash: share,
    backoff: { initial: '1ms', max: '2ms' },
    ...more,
  });

  test('every time is given up with its role, and says so', async () => {
    const plan = pretends([{ id: 'a', retries: 50 }, { id: 'b' }, { id: 'c', needs: ['a'] }], {
      ...crashes(1, { count: 1, maxRestarts: 3 }),
    });
    const { run, end, facts } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'failed', counts: { failed: 2, skipped: 1 } });
    const types = typesOf(facts);
    expect(types.filter((type) => type === 'agent.restarting')).toHaveLength(3);
    expect(types.filter((type) => type === 'role.lost')).toHaveLength(1);
    const { error } = await resultOf(run, 'a');
    expect(error?.code).toBe('role.lost');
    expect(error?.message).toMatch(/actor (any more: crashed, as its seed decided|is left)$/);
    expect((await resultOf(run, 'c')).error?.message).toBe('it needs a, which failed');
  });

  test.each(['one_for_one', 'one_for_all', 'rest_for_one'] as const)(
    'every other time is started again, %s, until all is done',
    async (restart) => {
      const tasks = Array.from({ length: 24 }, (_, at) => ({ id: `t${at}`, retries: 100 }));
      const role = { ...crashes(0.5, { maxRestarts: 1_000 }), restart, count: 3, retries: 100 };
      const plan = pretends(tasks, { ...role, work: '1ms..5ms' }, { concurrency: 3, seed: 7 });
      const { end, facts } = await stage().play(plan);
      expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 24 } });
      const restarted = facts.flatMap((fact) =>
        fact.type === 'agent.restarting' ? [fact.agents] : [],
      );
      expect(restarted.length).toBeGreaterThan(5);
      for (const [index, agents] of restarted.entries()) {
        const crashed = facts.filter(({ type }) => type === 'agent.crashed')[index];
        if (crashed?.type !== 'agent.crashed') throw new Error('restarted without a crash');
        expect(agents).toEqual(affected(restart, crashed.agent));
      }
    },
  );
});

function affected(restart: string, crashed: string): readonly string[] {
  const all = ['actor-1', 'actor-2', 'actor-3'];
  if (restart === 'one_for_one') return [crashed];
  return restart === 'one_for_all' ? all : all.slice(all.indexOf(crashed));
}

describe('a program that is not there', () => {
  test('loses the role before any task is tried, and is named', async () => {
    const plan = definePlan({
      name: 'missing',
      agents: {
        lost: command({ run: ['no-such-program-here', '-x'] }),
        found: command({ run: ['true'] }),
      },
      tasks: [
        { id: 'a', agent: 'lost', retries: 3 },
        { id: 'b', agent: 'lost', needs: ['c'] },
        { id: 'c', agent: 'found' },
        { id: 'd', agent: 'found', needs: ['b'] },
      ],
    });
    const { run, end, facts } = await stage().play(plan);
    expect(end).toMatchObject({
      status: 'failed',
      counts: { succeeded: 1, failed: 2, skipped: 1 },
    });
    const lost = facts.find(({ type }) => type === 'role.lost');
    expect(lost).toMatchObject({
      role: 'lost',
      fault: { message: expect.stringContaining('"no-such-program-here" was not found') },
    });
    const a = await resultOf(run, 'a');
    expect(a).toMatchObject({ status: 'failed', attempts: 0, agent_id: null });
    expect(a.error?.message).toContain('"no-such-program-here"');
    expect((await resultOf(run, 'b')).error?.message).toContain('"no-such-program-here"');
    expect((await resultOf(run, 'd')).error?.message).toBe('it needs b, which failed');
  });

  test('yet is no reason to give up when an earlier task makes it', async () => {
    const make = 'printf "#!/bin/sh\\necho made\\n" > tool && chmod +x tool';
    const { play } = stage();
    const { run } = await play(
      commands([
        { id: 'make', run: make },
        { id: 'use', needs: ['make'], run: ['./tool'] },
      ]),
    );
    expect(await resultOf(run, 'use')).toMatchObject({ status: 'completed', output: 'made\n' });
  });

  test('on the PATH of the machine may be on that of the plan', async () => {
    const make = 'mkdir bin && printf "#!/bin/sh\\necho made\\n" > bin/our-tool && chmod +x bin/*';
    const { play, cwd } = stage();
    const env = { PATH: `${join(cwd, 'bin')}:/usr/bin:/bin` };
    const { run } = await play(
      commands([
        { id: 'make', run: make },
        { id: 'use', needs: ['make'], run: ['our-tool'], env },
      ]),
    );
    expect(await resultOf(run, 'use')).toMatchObject({ status: 'completed', output: 'made\n' });
  });
});

test('a price is added up over every attempt that did its work', async () => {
  const plan = definePlan({
    name: 'paid',
    agents: { actor: simulated({ work: '0ms', costUsd: 0.5 }) },
    tasks: [{ id: 'a' }, { id: 'b', needs: ['a'] }],
  });
  const { run } = await stage().play(plan);
  expect(run.view().costUsd).toBe(1);
  expect(await resultOf(run, 'a')).toMatchObject({ cost_usd: 0.5, usage: { costUsd: 0.5 } });
});
