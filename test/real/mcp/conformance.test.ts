/** The protocol's own conformance suite, over HTTP: the scenarios that our features have. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type McpProcess, proxyTo, startMcp, type TokenProxy } from './served.ts';

/** The others ask for tools, resources and prompts that only the suite's own example server has. */
const scenarios = [
  ...['server-initialize', 'ping', 'tools-list', 'resources-list', 'prompts-list'],
  ...['server-sse-multiple-streams', 'dns-rebinding-protection'],
];

const missing = inject('mcpPrograms').conformance;
const named = missing ? ` (${missing})` : '';

describe.skipIf(Boolean(missing))(`the MCP conformance suite${named}`, () => {
  let served: McpProcess;
  let proxy: TokenProxy;
  beforeAll(async () => {
    served = await startMcp();
    proxy = await proxyTo(served);
  });
  afterAll(() => {
    proxy?.close();
    served?.process.child.kill();
  });

  test.each(scenarios)('%s', async (scenario) => {
    const { code, said } = await judge(['server', '--url', proxy.url, '--scenario', scenario]);
    expect(said).toMatch(/Passed: [1-9]\d*\/\d+, 0 failed, 0 warnings/);
    expect(code).toBe(0);
  });
});

function judge(words: readonly string[]): Promise<{ code: number; said: string }> {
  const program = join(inject('mcpBin'), 'conformance');
  return new Promise((resolve) => {
    execFile(program, words, { timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, said: `${stdout}${stderr}` });
    });
  });
}
