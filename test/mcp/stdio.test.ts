/** `troupe mcp` as an assistant starts it: a process that speaks over its standard streams. */
import { writeFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, expect, test } from 'vitest';
import { eventually, runningWith } from '../agents/processes.ts';
import { Desk } from '../cli/troupe.ts';
import { ask, type Era, teamYaml } from './house-over-http.ts';

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function start(desk: Desk, era: Era): Promise<Client> {
  writeFileSync(desk.path('team.yaml'), teamYaml);
  const mode = era === 'legacy' ? 'legacy' : 'auto';
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const [command, args] = [process.execPath, [desk.main, 'mcp', '--team', 'team.yaml']];
  const transport = { command, args, cwd: desk.folder, env: desk.environment() };
  await client.connect(new StdioClientTransport({ ...transport, stderr: 'pipe' }));
  clients.push(client);
  return client;
}

test.each<Era>(['legacy', 'modern'])('a client of the %s kind drives three agents', async (era) => {
  const desk = new Desk();
  writeFileSync(desk.path('go'), '');
  const client = await start(desk, era);
  const { results } = await ask(client, 'broadcast_task', { prompt: 'hello', wait: true });
  expect(results).toMatchObject([{ output: 'hello' }, { output: 'HELLO' }, { output: 'hello' }]);
});

test('a client that is gone leaves no process behind, and a run that can be resumed', async () => {
  const desk = new Desk();
  const client = await start(desk, 'legacy');
  const { run } = await ask(client, 'assign_task', { agent: 'slow', prompt: 'x' });
  const isWorking = () => runningWith(`TROUPE_RUN=${run}`).length > 0;
  await eventually('the agent works', isWorking);
  await client.close();
  await eventually('the agent is gone', () => !isWorking());
  writeFileSync(desk.path('go'), '');
  const { code } = await desk.type(['resume', String(run)]);
  expect(code).toBe(0);
});

test('garbage on its input ends nothing', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('team.yaml'), teamYaml);
  const said = ['not json', '{"jsonrpc":"2.0"}', '[]', '\u0000\u0001'].join('\n');
  const child = desk.start(['mcp', '--team', 'team.yaml'], { stdin: 'pipe' });
  child.child.stdin?.write(`${said}\n`);
  const greeting = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    },
  };
  child.child.stdin?.write(`${JSON.stringify(greeting)}\n`);
  await child.says(/"serverInfo"/);
  child.child.stdin?.end();
  expect(await child.end()).toMatchObject({ code: 0 });
});
