/** What clients are told of the server, and that nothing else of their files changes. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clientNames, configFor } from '../../src/mcp/client-config.ts';
import { Desk } from '../cli/troupe.ts';

const launch = { command: 'npx', args: ['troupe', 'mcp'] };

describe('the configuration', () => {
  test.each(clientNames)('of %s names the command', (client) => {
    expect(configFor(client, launch).text).toMatch(/npx[\s\S]*troupe[\s\S]*mcp/);
  });

  test('keeps what else is in a JSON file', () => {
    const before = JSON.stringify({ theme: 'dark', mcpServers: { other: { command: 'x' } } });
    const merged = JSON.parse(configFor('claude', launch).merge(before));
    expect(merged).toEqual({
      theme: 'dark',
      mcpServers: { other: { command: 'x' }, troupe: launch },
    });
  });

  test.each(['[]', '{"a":', '// a comment\n{}'])('is not put into %s', (before) => {
    expect(() => configFor('gemini', launch).merge(before)).toThrow(/holds no JSON object/);
  });

  test('is a table of its own at the end of a TOML file, and only once', () => {
    const { merge } = configFor('codex', launch);
    const merged = merge('model = "x"\n');
    expect(merged).toBe(
      'model = "x"\n\n[mcp_servers.troupe]\ncommand = "npx"\nargs = ["troupe", "mcp"]\n',
    );
    expect(() => merge(merged)).toThrow(/has a table/);
  });

  test('of a client that nobody knows is refused with a name like it', () => {
    expect(() => configFor('cloude', launch)).toThrow(/"claude"/);
  });
});

describe('troupe mcp', () => {
  test('prints the configuration alone on stdout', async () => {
    const { code, stdout } = await new Desk().type(['mcp', '--print-config', 'claude']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ mcpServers: { troupe: launch } });
  });

  test('asks before it writes, and without a terminal writes nothing', async () => {
    const desk = new Desk();
    const { code, stderr } = await desk.type(['mcp', '--install', 'claude']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(existsSync(desk.path('.mcp.json'))).toBe(false);
  });

  test('writes it when told so, and keeps who may read the file', async () => {
    const desk = new Desk();
    mkdirSync(desk.path('.gemini'));
    const file = join(desk.path('.gemini'), 'settings.json');
    writeFileSync(file, '{"theme":"dark"}');
    chmodSync(file, 0o640);
    const { code } = await desk.type(['mcp', '--install', 'gemini', '--yes']);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      theme: 'dark',
      mcpServers: { troupe: launch },
    });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });
});
