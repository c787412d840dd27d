/** Agents that get nowhere, or claim what they did not do, over a scripted model on loopback. */
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { call, inTurn, says } from '../agents/api-stage.ts';
import { type ModelServer, openModelServer, type Script } from '../real/model-server.ts';
import { resultOf, stages } from './stage.ts';

vi.setConfig({ testTimeout: 60_000 });
const stage = stages('progress');
const servers: ModelServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
});

async function play(script: Script, role: object = {}, task: object = {}) {
  vi.stubEnv('XAI_API_KEY', 'any');
  const server = await openModelServer(script);
  servers.push(server);
  const maker = { adapter: 'grok', baseUrl: `${server.url}/v1`, ...role };
  const tasks = [{ id: 'make', prompt: 'Make it.', workspace: 'folder', ...task }];
  const plan = definePlan({ agents: { maker }, tasks } as PlanDocument);
  const { run, end } = await stage().play(plan);
  return { end, result: await resultOf(run, 'make'), asked: server.requests.length };
}

const look = call('list', {});
const write = (at: number) => call('write', { path: `${at}.txt`, content: `${at}` });

describe('an attempt', () => {
  test('that makes the same call again and again is ended when its role says so', async () => {
    const { result, asked } = await play(inTurn(look), { stuck: { repeats: 4 } });
    expect(result).toMatchObject({ status: 'failed', error: { code: 'agent.stuck' } });
    expect(result.error?.message).toMatch(/^it made the same call 4 times/);
    expect(asked).toBeLessThan(10);
  });

  test('that goes in a circle is ended, too', async () => {
    const script: Script = ({ number }) =>
      call('read', { path: number % 2 === 0 ? 'even' : 'odd' });
    const { result } = await play(script, { stuck: { repeats: 3 } });
    expect(result.error).toMatchObject({
      code: 'agent.stuck',
      message: 'it made the same 2 calls 3 times, one after the other; try another way',
      retryable: true,
    });
  });

  test('that changes no file for too long is ended, and tried again with that', async () => {
    const told: string[] = [];
    const script: Script = ({ number, text }) => {
      told.push(text);
      return text.includes('without changing a file')
        ? says('I see.')
        : call('read', { path: `nothing-${number}` });
    };
    const role = { stuck: { unchanged: 5 } };
    const { result } = await play(script, role, { retries: 1, backoff: { initial: '1ms' } });
    expect(result).toMatchObject({ status: 'completed', attempts: 2, output: 'I see.' });
  });

  test.each<[string, object, object]>([
    ['that may only read', { permissions: 'read' }, {}],
    ['whose task may do nothing', {}, { mayDoNothing: true }],
  ])('%s may look around for as long as it likes', async (_, role, task) => {
    const script: Script = ({ number }) =>
      number > 12 ? says('All is well.') : call('read', { path: `nothing-${number}` });
    const { result } = await play(script, { stuck: { unchanged: 3 }, ...role }, task);
    expect(result).toMatchObject({ status: 'completed', output: 'All is well.' });
  });

  test('that goes on changing files goes on', async () => {
    const script: Script = ({ number }) => (number > 12 ? says('Done.') : write(number));
    const { result } = await play(script, { stuck: { unchanged: 3, repeats: 2 } });
    expect(result).toMatchObject({ status: 'completed', output: 'Done.' });
  });

  test('that says and does nothing is not done, unless it may do nothing', async () => {
    const refused = await play(inTurn(says('')));
    expect(refused.result.error).toMatchObject({ code: 'claim.unverified', retryable: true });
    expect(refused.result.error?.message).toContain('no tool, changed no file and gave no answer');
    const allowed = await play(inTurn(says('')), {}, { mayDoNothing: true });
    expect(allowed.result).toMatchObject({ status: 'completed', output: '' });
  });
});

test('nothing of it is left in the working directory', () => {
  expect(readdirSync('.').filter((name) => name.startsWith('nothing-'))).toEqual([]);
});
