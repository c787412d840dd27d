/** The example of a super-agent over two accounts, against a scripted model on loopback. */
import { resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { resultOf, stages } from '../app/stage.ts';
import { type ModelServer, openModelServer } from '../real/model-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const stage = stages('two-accounts');
const servers: ModelServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
});

const parts = ['one', 'two', 'three', 'four'];
const planned = {
  tasks: parts.map((id) => ({ id, agent: 'worker', prompt: `Document part ${id}.` })),
};

/** Plans badly at first, then well; works; and puts the answers together. */
async function scripted(): Promise<ModelServer> {
  let plans = 0;
  const server = await openModelServer(({ text }) => {
    if (text.includes('Put one whole answer together')) {
      const all = parts.every((id) => text.includes(`All about part ${id}`));
      return { kind: 'says', text: all ? 'The whole documentation.' : 'Something is missing.' };
    }
    if (text.includes('You plan this')) {
      plans += 1;
      const bad = { tasks: [{ id: 'one', agent: 'nobody', prompt: 'x' }] };
      return { kind: 'says', text: JSON.stringify(plans === 1 ? bad : planned) };
    }
    const [, id = ''] = /Document part (\w+)/.exec(text) ?? [];
    return { kind: 'says', text: `All about part ${id}` };
  });
  servers.push(server);
  return server;
}

function at({ url }: ModelServer, plan: Plan): Plan {
  const roles = plan.roles.map((role) =>
    role.adapter === 'grok' ? { ...role, baseUrl: `${url}/v1` } : role,
  );
  return { ...plan, roles };
}

test('a planner plans, mends its plan, and two accounts share the work evenly', async () => {
  vi.stubEnv('GROK_KEY_1', 'key-of-the-first-account');
  vi.stubEnv('GROK_KEY_2', 'key-of-the-second-account');
  const server = await scripted();
  const { play, troupe } = stage();
  const plan = at(server, await loadPlan(resolve('examples/two-accounts.yaml')));
  const { run, end } = await play(plan);
  expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 5 } });
  const { output, attempts, cost_usd: costUsd } = await resultOf(run, 'goal');
  expect([output, attempts]).toEqual(['The whole documentation.', 3]);
  expect(costUsd).toBeGreaterThan(0);
  const spent = (await troupe.accounts()).spend('account', 0);
  // Two plans, four parts and the answer: an odd number can't be shared more evenly.
  expect(spent.map(({ attempts: count }) => count).sort()).toEqual([3, 4]);
  expect(server.requests.length).toBe(7);
  const said = await (await troupe.history()).list({ last: 20 });
  expect(said.map(({ heading }) => heading.agent.replace(/-\d+$/, '')).sort()).toEqual([
    ...Array(3).fill('planner'),
    ...Array(4).fill('worker'),
  ]);
});
