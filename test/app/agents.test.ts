/** Agents behind an API, over ACP and MCP, and whichever there is: from a plan to its result. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { openMcp } from '../../src/mcp/open-mcp.ts';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { call, inTurn, says } from '../agents/api-stage.ts';
import { teamYaml } from '../mcp/house-over-http.ts';
import { type ModelServer, openModelServer, type Script } from '../real/model-server.ts';
import { resultOf, stages } from './stage.ts';
import { tempFolders } from './temp.ts';

vi.setConfig({ testTimeout: 60_000 });
const stage = stages('agents');
const tempFolder = tempFolders('agents-elsewhere');
const servers: ModelServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(script: Script): Promise<string> {
  const server = await openModelServer(script);
  servers.push(server);
  return `${server.url}/v1`;
}

const planOf = (role: object, task: object = {}) => {
  const tasks = [{ id: 'make', prompt: 'Make it.', workspace: 'shared', ...task }];
  return definePlan({ agents: { maker: role }, tasks } as PlanDocument);
};

const makes = inTurn(call('write', { path: 'made.txt', content: 'made' }), says('Done.'));

describe('a plan', () => {
  test('has a model behind an API make a file, and knows what that cost', async () => {
    vi.stubEnv('XAI_API_KEY', 'any');
    const role = { adapter: 'grok', baseUrl: await serve(makes), budgetUsd: 1 };
    const { play, cwd } = stage();
    const { run, end } = await play(planOf(role, { verify: [{ file: 'made.txt' }] }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('made');
    // 2,000 tokens in and 50 out, at the price of grok-4.
    expect(await resultOf(run, 'make')).toMatchObject({ output: 'Done.', cost_usd: 0.00675 });
  });

  test('has an agent that speaks ACP do it', async () => {
    const steps = [
      ['write', ['made.txt', 'made']],
      ['say', 'Done.'],
    ];
    const env = { ACTOR_SCRIPT: JSON.stringify({ steps }) };
    const run = [process.execPath, resolve('test/agents/acp-actor.mjs')];
    const { play, cwd } = stage();
    const played = await play(planOf({ adapter: 'acp', run, env }));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('made');
  });

  test('has a tool of an MCP server do it', async () => {
    const run = [process.execPath, resolve('test/agents/mcp-actor.mjs')];
    const played = await stage().play(planOf({ adapter: 'mcp', run, tool: 'echo' }));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(await resultOf(played.run, 'make')).toMatchObject({
      output: 'heard: Make it.',
      cost_usd: 0,
    });
  });

  test('has a tool of an MCP server elsewhere do it, with a token of the environment', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'team.yaml'), teamYaml);
    const other = createTroupe({ home: join(cwd, '.troupe'), cwd });
    const served = await (await openMcp(other)).overHttp(join(cwd, 'team.yaml'), { port: 0 });
    vi.stubEnv('TEAM_TOKEN', served.token);
    const role = {
      ...{ adapter: 'mcp', tool: 'assign_task', url: served.url },
      headers: { Authorization: `Bearer \${TEAM_TOKEN}` },
      arguments: { agent: 'loud', prompt: '{{prompt}}', wait: true },
    };
    const { run, end } = await stage().play(planOf(role));
    await served.close();
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(await resultOf(run, 'make')).toMatchObject({ cost_usd: 0 });
    expect((await resultOf(run, 'make')).output).toContain('MAKE IT.');
    const journal = readFileSync(join(run.folder.path, 'journal.jsonl'), 'utf8');
    expect(journal).not.toContain(served.token);
  });

  test('takes the first agent that can be used here', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'any');
    vi.stubEnv('OPENAI_BASE_URL', await serve(makes));
    const { play } = stage();
    const { run, end } = await play(planOf({ adapter: 'auto', prefer: ['openai'] }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(await resultOf(run, 'make')).toMatchObject({ output: 'Done.' });
  });

  test('fails at once where none can be used, and says what each one lacks', async () => {
    vi.stubEnv('XAI_API_KEY', '');
    const { run, end } = await stage().play(planOf({ adapter: 'auto', prefer: ['grok'] }));
    expect(end).toMatchObject({ status: 'failed' });
    expect((await resultOf(run, 'make')).error?.message).toContain('export XAI_API_KEY=');
  });
});

test('a probe asks each agent for one word', async () => {
  const { cwd } = stage();
  vi.stubEnv('PATH', cwd);
  vi.stubEnv('OPENAI_API_KEY', 'any');
  vi.stubEnv('OPENAI_BASE_URL', await serve(inTurn(says('ready'))));
  vi.stubEnv('XAI_API_KEY', 'wrong');
  vi.stubEnv('XAI_BASE_URL', await serve(() => ({ kind: 'status', status: 401 })));
  const probes = await createTroupe({ cwd, home: join(cwd, '.troupe') }).probe();
  expect(probes).toMatchObject([
    { name: 'grok', answer: null, fault: expect.stringContaining('see XAI_API_KEY') },
    { name: 'openai', answer: 'ready', costUsd: 0.0003, fault: '' },
  ]);
});
