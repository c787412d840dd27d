/** Agents that ask a person at work: seen, answered from anywhere, and alive after a restart. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { definePlan } from '../../src/plan/define.ts';
import { call, inTurn, says } from '../agents/api-stage.ts';
import { type ModelServer, openModelServer, type Script } from '../real/model-server.ts';
import { resultOf, stages } from './stage.ts';

vi.setConfig({ testTimeout: 60_000 });
const stage = stages('questions');
const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const want = call('write', { path: 'made.txt', content: 'made' });
const writes: Script = inTurn(want, says('It is written.'));
/** The second life asks its model again, which wants the same. */
const wantsTwice: Script = inTurn(want, want, says('It is written.'));

/** Two agents: the next attempt may well be another one's. */
async function planFor(script: Script) {
  const server = await openModelServer(script);
  servers.push(server);
  const role = { adapter: 'openai', model: 'm', baseUrl: `${server.url}/v1`, count: 2 } as const;
  return definePlan({
    agents: { writer: { ...role, permissions: 'ask', workspace: 'shared' } },
    tasks: [{ id: 'write', prompt: 'Write the file made.txt.' }],
  });
}

describe('an agent that asks a person', () => {
  test('is seen, and goes on when one says yes', async () => {
    const { begin, troupe, cwd } = stage();
    const { run, heard, played } = await begin(await planFor(writes));
    await heard('agent.asked');
    const { view } = await troupe.look(run.id);
    expect(view.tasks[0]?.questions).toMatchObject([
      { tool: 'write', input: '{"path":"made.txt","content":"made"}' },
    ]);
    const { why } = await troupe.why(run.id, 'write');
    expect(why).toContain('asks a person whether it may use write {"path":"made.txt"');
    expect(why).toContain(`troupe approve ${run.id} write, or troupe deny ${run.id} write`);
    expect(existsSync(join(cwd, 'made.txt'))).toBe(false);
    await troupe.ask(run.id, { type: 'task.approve', task: 'write', by: 'ann' });
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(facts).toContainEqual(
      expect.objectContaining({ type: 'agent.answered', answer: 'allow', by: 'ann' }),
    );
    expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('made');
  });

  test('does without when one says no, and its task is no success', async () => {
    const { begin, cwd } = stage();
    const { run, heard, played } = await begin(await planFor(writes));
    await heard('agent.asked');
    await run.reject('write', 'ann');
    expect((await played).end).toMatchObject({ status: 'failed' });
    expect((await resultOf(run, 'write')).error).toMatchObject({
      code: 'agent.permission-denied',
      message: expect.stringContaining('ann did not allow it'),
    });
    expect(existsSync(join(cwd, 'made.txt'))).toBe(false);
  });

  test('can only be answered while it asks, and by the name of its question', async () => {
    const { begin } = stage();
    const { run, heard, played } = await begin(await planFor(writes));
    const asked = await heard('agent.asked');
    const id = asked.type === 'agent.asked' ? asked.question.id : '';
    await expect(run.approve('write', 'ann', '99.9')).rejects.toMatchObject({
      code: 'task.not-asking',
      message: expect.stringContaining('no question 99.9'),
    });
    await run.approve('write', 'ann', id);
    await expect(run.approve('write', 'ann', id)).rejects.toMatchObject({
      code: 'task.not-asking',
    });
    expect((await played).end).toMatchObject({ status: 'succeeded' });
  });

  test('asks again after a restart, and goes on with its session', async () => {
    const { begin, resume, cwd } = stage();
    const first = await begin(await planFor(wantsTwice));
    await first.heard('agent.asked');
    await first.run.stop();
    const second = await resume(first.run.id);
    await second.heard('agent.asked');
    await second.run.approve('write', 'ann');
    const { end } = await second.played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('made');
    expect(await resultOf(second.run, 'write')).toMatchObject({ attempts: 2 });
  });

  test('that was answered while nobody worked on the run is not asked again', async () => {
    const { begin, resume, troupe, cwd } = stage();
    const first = await begin(await planFor(wantsTwice));
    await first.heard('agent.asked');
    await first.run.stop();
    await troupe.ask(first.run.id, { type: 'task.approve', task: 'write', by: 'ann' });
    const second = await resume(first.run.id);
    const { end, facts } = await second.played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('made');
    expect(facts.map(({ type }) => type)).not.toContain('agent.asked');
    expect(facts).toContainEqual(
      expect.objectContaining({ type: 'agent.answered', answer: 'allow', by: 'ann' }),
    );
  });
});
