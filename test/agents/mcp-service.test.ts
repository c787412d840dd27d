/** The agent that is a tool of a server elsewhere: played with our own `troupe mcp --http`. */
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type McpAgentOptions, mcpAgent } from '../../src/agents/mcp.ts';
import { createTroupe } from '../../src/app.ts';
import { openMcp } from '../../src/mcp/open-mcp.ts';
import { tempFolders } from '../app/temp.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import { teamYaml } from '../mcp/house-over-http.ts';
import {
  guardian,
  makeAssignment,
  makeRunFolder,
  makeWorld,
  removeFolder,
  run,
} from './attempt.ts';
import { eventually } from './processes.ts';

vi.setConfig({ testTimeout: 120_000 });
/** As a plan says it. */
const token = `Bearer \${TEAM_TOKEN}`;
const temp = tempFolders('mcp-service');
const runFolder = makeRunFolder();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serveTeam() {
  const cwd = temp();
  writeFileSync(join(cwd, 'team.yaml'), teamYaml);
  const troupe = createTroupe({ home: join(cwd, '.troupe'), cwd });
  const server = await (await openMcp(troupe)).overHttp(join(cwd, 'team.yaml'), { port: 0 });
  const ask = (agent: string) => ({ agent, prompt: '{{prompt}}', wait: true });
  return {
    ...server,
    options: (folder: string, agent: string): McpAgentOptions => ({
      settings: { model: null, permissions: 'full', maxTurns: null, budgetUsd: null },
      ...{ tool: 'assign_task', arguments: ask(agent), isPaid: false },
      service: { url: server.url, headers: { Authorization: token } },
      environment: { ...process.env, TEAM_TOKEN: server.token },
      ...{ guardian, runFolder: folder, runId: run },
      ...{ startWithinMs: 60_000, silenceMs: 60_000, graceMs: 100 },
    }),
  };
}

const team = serveTeam();
afterAll(async () => {
  await (await team).close();
  await guardian.close();
  removeFolder(runFolder);
});

agentContract('mcp over http', async (folder) => {
  const { options } = await team;
  return {
    quick: { adapter: mcpAgent(options(folder, 'echo')) },
    endless: { adapter: mcpAgent(options(folder, 'slow')) },
  };
});

async function play(given: Partial<McpAgentOptions> = {}) {
  const { options } = await team;
  const world = makeWorld();
  const adapter = mcpAgent({ ...options(runFolder, 'echo'), ...given });
  const assignment = makeAssignment(runFolder, { prompt: 'say "hi"' });
  const outcome = await adapter.work(assignment, world);
  return { adapter, outcome, told: world.told };
}

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

test('gets the prompt and the token, tells how far it is, and answers', async () => {
  const { outcome, told } = await play();
  expect(outcome).toMatchObject({
    kind: 'succeeded',
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    evidence: [{ kind: 'turn', passed: true, facts: { toolCalls: 1, tool: 'assign_task' } }],
  });
  expect(JSON.parse(outcome.output.text)).toMatchObject({
    results: [{ status: 'completed', output: 'say "hi"' }],
  });
  expect(told.map(({ type }) => type)).toContain('thought.told');
  expect(JSON.stringify(told)).not.toContain((await team).token);
});

test('a token that is not accepted is no reason to try again', async () => {
  const { outcome } = await play({ environment: { TEAM_TOKEN: 'wrong' } });
  expect(outcome).toMatchObject({
    kind: 'failed',
    fault: { code: 'agent.unauthorized', retryable: false },
  });
});

test('a variable that is not set is told before the first attempt', async () => {
  const { adapter } = await play({ environment: {} });
  expect(await adapter.open()).toMatchObject({
    code: 'agent.unauthorized',
    message: expect.stringContaining('export TEAM_TOKEN='),
  });
});

test('what an account lends stands before what the machine has', async () => {
  const { options, token: lent } = await team;
  const given = { ...options(runFolder, 'echo'), isPaid: true, environment: {} };
  const adapter = mcpAgent(given);
  expect(await adapter.open()).toBeNull();
  const assignment = makeAssignment(runFolder, { env: { TEAM_TOKEN: lent }, prompt: 'x' });
  expect(await adapter.work(assignment, makeWorld())).toMatchObject({ kind: 'succeeded' });
});

test('nobody who listens is a trouble that may pass', async () => {
  const service = { url: 'http://127.0.0.1:9/mcp', headers: {} };
  const { outcome } = await play({ service });
  expect(outcome).toMatchObject({ kind: 'failed', fault: { retryable: true } });
});

test.each<[string, RequestListener, object]>([
  [
    'has too much to do',
    (_, answer) => void answer.writeHead(429, { 'retry-after': '30' }).end('Too Many Requests'),
    { kind: 'limited' },
  ],
  [
    'is broken',
    (_, answer) => void answer.writeHead(503).end('down'),
    { kind: 'failed', fault: { retryable: true } },
  ],
  ['is no MCP server', (_, answer) => void answer.end('<html>'), { kind: 'failed' }],
  ['hangs up', (request) => void request.socket.destroy(), { kind: 'failed' }],
  ['is silent', () => {}, { kind: 'failed', fault: { code: 'agent.hung' } }],
])('a server that %s is told as what it is', async (_, answer, expected) => {
  const service = { url: await listen(answer), headers: {} };
  const { outcome } = await play({ service, startWithinMs: 500, silenceMs: 500 });
  expect(outcome).toMatchObject(expected);
});

test('a server that sends it on to another place does not get its token there', async () => {
  const heard: string[] = [];
  const other = await listen((request, answer) => {
    heard.push(String(request.headers.authorization));
    answer.end();
  });
  const service = {
    url: await listen((_, answer) => void answer.writeHead(307, { location: other }).end()),
    headers: { Authorization: token },
  };
  expect((await play({ service })).outcome).toMatchObject({ kind: 'failed' });
  expect(heard).toEqual([]);
});

test('a server that dies in the middle of a call is noticed at once', async () => {
  const mortal = await serveTeam();
  const world = makeWorld();
  const adapter = mcpAgent(mortal.options(runFolder, 'slow'));
  const working = adapter.work(makeAssignment(runFolder, { prompt: 'x' }), world);
  await eventually('it is called', () => world.told.some(({ type }) => type === 'thought.told'));
  await mortal.close();
  const { fault } = (await working) as { readonly fault?: object };
  expect(fault).toMatchObject({ code: expect.not.stringContaining('hung'), retryable: true });
});
