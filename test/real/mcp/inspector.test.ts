/** The MCP inspector's command line, over both ways in. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { mcpDesk, startMcp } from './served.ts';

const missing = inject('mcpPrograms')['mcp-inspector'];
const named = missing ? ` (${missing})` : '';

interface Listed {
  readonly tools: readonly { readonly name: string }[];
}

describe.skipIf(Boolean(missing))(`the MCP inspector${named}`, () => {
  test('lists the tools and calls one, over stdio', async () => {
    const desk = await mcpDesk();
    const server = [process.execPath, desk.main, 'mcp', '--team', 'team.yaml'];
    const inspect = (...words: readonly string[]) =>
      inspected([...server, ...words], { cwd: desk.folder, env: desk.environment() });
    const { tools } = (await inspect('--method', 'tools/list')) as Listed;
    expect(tools.map(({ name }) => name)).toContain('assign_task');
    const given = ['agent=echo', 'prompt=hello', 'wait=true'].flatMap((arg) => ['--tool-arg', arg]);
    const called = await inspect('--method', 'tools/call', '--tool-name', 'assign_task', ...given);
    expect(called).toMatchObject({
      structuredContent: { results: [{ status: 'completed', output: 'hello', truncated: false }] },
    });
  });

  test('reads prompts and resources, over HTTP with the token', async () => {
    const { url, token, desk, process: served } = await startMcp();
    const way = [url, '--transport', 'http', '--header', `Authorization: Bearer ${token}`];
    const inspect = (method: string, ...more: readonly string[]) =>
      inspected([...way, '--method', method, ...more], { cwd: desk.folder });
    expect(await inspect('prompts/list')).toMatchObject({ prompts: [{ name: 'review' }] });
    const uri = 'troupe://machines/task';
    expect(await inspect('resources/read', '--uri', uri)).toMatchObject({ contents: [{ uri }] });
    served.child.kill();
  });
});

/** What it printed; throws what it complained of. */
function inspected(words: readonly string[], options: object): Promise<unknown> {
  const program = join(inject('mcpBin'), 'mcp-inspector');
  return new Promise((resolve, reject) => {
    execFile(program, ['--cli', ...words], { timeout: 120_000, ...options }, (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
  });
}
