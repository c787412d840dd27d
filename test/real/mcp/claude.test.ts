/** The real `claude`, told of our MCP server as its own configuration would: it calls a tool. */
import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { describe, expect, inject, test } from 'vitest';
import { Desk } from '../../cli/troupe.ts';
import { type ModelServer, openModelServer } from '../model-server.ts';
import { claude } from '../points.ts';
import { mcpDesk } from './served.ts';

const missing = inject('agents').claude;
const named = missing ? ` (${missing})` : '';
const tool = 'mcp__troupe__assign_task';

describe.skipIf(Boolean(missing))(`claude with our tools${named}`, () => {
  test('gives an agent a task, and hears what came of it', async () => {
    const desk = await mcpDesk();
    const input = { agent: 'loud', prompt: 'make this loud', wait: true };
    const model = await openModelServer(({ number }) =>
      number === 1 ? { kind: 'calls', tool, input } : { kind: 'says', text: 'It was done.' },
    );
    const args = [desk.main, 'mcp', '--team', 'team.yaml'];
    const server = { command: process.execPath, args };
    writeFileSync(desk.path('mcp.json'), JSON.stringify({ mcpServers: { troupe: server } }));
    const said = await asked(desk, model, [tool]);
    await model.close();
    expect(said).toMatchObject({ is_error: false, result: 'It was done.' });
    expect(toldAfter(model)).toContain('MAKE THIS LOUD');
    // It worked in the same home: the run is there for its person to see.
    const { stdout } = await desk.type(['ps', '--json']);
    expect(stdout).toMatch(/"status":"succeeded"/);
  });

  test('drives the three agents of the example, as its page says', async () => {
    const desk = new Desk();
    cpSync('examples/assistant', desk.folder, { recursive: true });
    const calls = [
      ['get_agents', {}],
      ['broadcast_task', { prompt: 'one two three', wait: true }],
      ['assign_task', { agent: 'shouter', prompt: 'thank you', wait: true }],
    ] as const;
    const tools = calls.map(([name]) => `mcp__troupe__${name}`);
    const model = await openModelServer(({ number }) => {
      const [, input] = calls[number - 1] ?? [];
      if (input === undefined) return { kind: 'says', text: 'All three have answered.' };
      return { kind: 'calls', tool: tools[number - 1] as string, input };
    });
    const args = [desk.main, 'mcp', '--team', 'team.yaml'];
    const server = { command: process.execPath, args };
    writeFileSync(desk.path('mcp.json'), JSON.stringify({ mcpServers: { troupe: server } }));
    const said = await asked(desk, model, tools);
    await model.close();
    expect(said).toMatchObject({ is_error: false, result: 'All three have answered.' });
    for (const agent of ['counter', 'shouter', 'keeper']) expect(toldAfter(model)).toContain(agent);
    expect(toldAfter(model, 2)).toContain('ONE TWO THREE');
    expect(toldAfter(model, 3)).toContain('THANK YOU');
    const { stdout } = await desk.type(['ps', '--json']);
    expect(stdout.match(/"status":"succeeded"/g)?.length).toBeGreaterThanOrEqual(2);
  });
});

/** What the model was told once the tool had answered. */
const toldAfter = ({ requests }: ModelServer, calls = 1): string => requests[calls]?.text ?? '';

function asked(desk: Desk, model: ModelServer, tools: readonly string[]): Promise<unknown> {
  const cwd = desk.folder;
  const env = {
    ...desk.environment(claude.prepare(cwd, model.url)),
    PATH: inject('agentPath'),
  };
  const words = [
    ...['-p', 'Have it made loud.', '--output-format', 'json'],
    ...['--mcp-config', 'mcp.json', '--strict-mcp-config', '--allowedTools', tools.join(',')],
  ];
  return new Promise((resolve, reject) => {
    const child = execFile('claude', words, { cwd, env, timeout: 150_000 }, (error, stdout) => {
      if (error) reject(new Error(`${error.message}\n${stdout}`));
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end();
  });
}
