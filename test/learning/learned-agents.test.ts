/** Real runs choose their agents by what came of earlier ones, and say so. */
import { afterEach, expect, test, vi } from 'vitest';
import { readStats } from '../../src/learning/samples.ts';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { inTurn, says } from '../agents/api-stage.ts';
import { resultOf, stages } from '../app/stage.ts';
import { type ModelServer, openModelServer } from '../real/model-server.ts';

vi.setConfig({ testTimeout: 120_000 });
const stage = stages('learned');
const servers: ModelServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
});

/** One that does what it is asked for, and one that does not. */
async function twoServices(): Promise<void> {
  const [good, bad] = await Promise.all([
    openModelServer(inTurn(says('Done.'))),
    openModelServer(inTurn(says('No.'))),
  ]);
  servers.push(good, bad);
  vi.stubEnv('OPENAI_API_KEY', 'any');
  vi.stubEnv('OPENAI_BASE_URL', `${good.url}/v1`);
  vi.stubEnv('XAI_API_KEY', 'any');
  vi.stubEnv('XAI_BASE_URL', `${bad.url}/v1`);
}

const planOf = (tasks: readonly string[], more: object = {}) => {
  const verify = [{ schema: { type: 'string', pattern: '^Done' } }];
  const role = { adapter: 'auto', prefer: ['grok', 'openai'], strategy: 'learned', ...more };
  const document = {
    ...{ name: 'learned', onFailure: 'continue', agents: { coder: role } },
    defaults: { retries: 0 },
    tasks: tasks.map((id, at) => ({
      id,
      prompt: `Fix the login form of shop ${at}.`,
      verify,
      workspace: 'shared',
    })),
  };
  return definePlan(document as PlanDocument);
};

test('each is tried three times; then whoever succeeds has the work', async () => {
  await twoServices();
  const { play, home, troupe } = stage();
  const tasks = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const first = await play(planOf(tasks));
  const chosen = async (of: typeof first.run, ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await resultOf(of, id)).chosen));
  expect(await chosen(first.run, tasks)).toEqual([
    ...['grok', 'grok', 'grok', 'openai', 'openai', 'openai'],
    // Nobody is better known than the other yet: as the plan prefers.
    'grok',
  ]);
  expect(first.run.notes[0]).toContain('grok is hardly known (0 of 0 attempts)');

  const { choices, courses } = await troupe.simulate(planOf(['x', 'y']), { seeds: 3 });
  expect(choices[0]?.reasons[0]).toMatchObject({ kind: 'fix login form', chosen: { openai: 2 } });
  // Of a kind that is all of its role nothing more is known.
  expect(courses[0]).toMatchObject({ role: 'coder', workMs: { from: { kind: 'history' } } });

  const second = await play(planOf(['x', 'y']));
  expect(second.end).toMatchObject({ status: 'succeeded' });
  expect(await chosen(second.run, ['x', 'y'])).toEqual(['openai', 'openai']);
  expect(second.run.notes[0]).toContain('coder, fix login form: openai has 2 tasks; openai 3 of 3');
  const { stats } = await readStats(home, 'kind');
  expect(stats.map(({ key, tasks, completed }) => [key, tasks, completed])).toEqual([
    ['coder, fix login form: openai', 5, 5],
    ['coder, fix login form: grok', 4, 0],
  ]);
  expect((await readStats(home, 'adapter')).stats.map(({ key }) => key)).toEqual([
    'openai',
    'grok',
  ]);
});

test('only a role that leaves open who plays it may have that learned without accounts', () => {
  expect(() => planOf(['a'], { strategy: 'cheapest' })).toThrow(/strategy: learned/);
  expect(planOf(['a']).roles[0]).toMatchObject({ learned: { order: [], tasks: {} } });
});
