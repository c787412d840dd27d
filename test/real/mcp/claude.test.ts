/** The real `claude`, told of our MCP server as its own configuration would: it calls a tool. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, inject, test } from 'vitest';
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
    const said = await asked(desk.folder, {
      ...desk.environment(claude.prepare(desk.folder, model.url)),
      PATH: inject('agentPath'),
    });
    await model.close();
    expect(said).toMatchObject({ is_error: false, result: 'It was done.' });
    expect(toldAfter(model)).toContain('MAKE THIS LOUD');
    // It worked in the same home: the run is there for its person to see.
    const { stdout } = await desk.type(['ps', '--json']);
    expect(stdout).toMatch(/"status":"succeeded"/);
  });
});

/** What the model was told once the tool had answered. */
const toldAfter = ({ requests }: ModelServer): string => requests[1]?.text ?? '';

function asked(cwd: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const words = [
    ...['-p', 'Have it made loud.', '--output-format', 'json'],
    ...['--mcp-config', 'mcp.json', '--strict-mcp-config', '--allowedTools', tool],
  ];
  return new Promise((resolve, reject) => {
    const child = execFile('claude', words, { cwd, env, timeout: 150_000 }, (error, stdout) => {
      if (error) reject(new Error(`${error.message}\n${stdout}`));
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end();
  });
}
