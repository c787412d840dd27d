/** The agent that is a tool of an MCP server, played with the SDK's own server side. */
import { resolve } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type McpAgentOptions, mcpAgent } from '../../src/agents/mcp.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import {
  guardian,
  makeAssignment,
  makeRunFolder,
  makeWorld,
  removeFolder,
  run,
} from './attempt.ts';

vi.setConfig({ testTimeout: 120_000 });
const runFolder = makeRunFolder();
afterAll(async () => {
  await guardian.close();
  removeFolder(runFolder);
});

const argv = [process.execPath, resolve('test/agents/mcp-actor.mjs')];

const optionsIn = (folder: string, given: Partial<McpAgentOptions> = {}): McpAgentOptions => ({
  settings: { model: null, permissions: 'full', maxTurns: null, budgetUsd: null },
  ...{ tool: 'echo', arguments: { prompt: '{{prompt}}' }, isPaid: false },
  ...{ environment: process.env, guardian, runFolder: folder, runId: run },
  ...{ startWithinMs: 60_000, silenceMs: 60_000, graceMs: 100 },
  ...given,
});

agentContract('mcp', (folder) => ({
  quick: { adapter: mcpAgent(optionsIn(folder)), assignment: { argv } },
  endless: { adapter: mcpAgent(optionsIn(folder, { tool: 'hangs' })), assignment: { argv } },
}));

async function play(given: Partial<McpAgentOptions>, command: readonly string[] = argv) {
  const world = makeWorld();
  const assignment = makeAssignment(runFolder, { argv: command, prompt: 'say "hi"' });
  const outcome = await mcpAgent(optionsIn(runFolder, given)).work(assignment, world);
  return { outcome, told: world.told };
}

describe('a tool worn as an agent', () => {
  test('gets the prompt, and its text is the output', async () => {
    const { outcome, told } = await play({});
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      output: { text: 'heard: say "hi"' },
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
      evidence: [{ passed: true, facts: { toolCalls: 1 } }],
    });
    expect(told.map(({ type }) => type)).toEqual([
      ...['agent.started', 'tool.called', 'tool.ended', 'usage.counted', 'turn.ended'],
    ]);
  });

  test('gets what the plan says, however deep the prompt stands in it', async () => {
    const { outcome } = await play({
      tool: 'deep',
      arguments: { ask: { text: '{{task}}: {{ prompt }}', tags: ['{{other}}', 'b'] }, count: 3 },
    });
    expect(JSON.parse(outcome.output.text)).toEqual({
      ask: { text: 'build: say "hi"', tags: ['{{other}}', 'b'] },
      count: 3,
    });
  });

  test('tells how far it is', async () => {
    const { told } = await play({ tool: 'slow' });
    const thoughts = told.flatMap((event) => (event.type === 'thought.told' ? [event.text] : []));
    expect(thoughts).toContain('1 of 2: step 1');
  });

  test.each<[string, Partial<McpAgentOptions>, object]>([
    [
      'says that it failed',
      { tool: 'broken' },
      { fault: { code: 'agent.malformed', message: 'the disk is full', retryable: true } },
    ],
    ['meets a limit', { tool: 'limited' }, { kind: 'limited', waitMs: 30_000 }],
    [
      'is not there',
      { tool: 'nobody' },
      { fault: { code: 'agent.refused', message: expect.stringContaining('it has echo, broken') } },
    ],
    [
      'does not take these arguments',
      { arguments: { wrong: 1 } },
      { kind: 'failed', fault: { message: expect.stringMatching(/prompt/) } },
    ],
    ['dies', { tool: 'dies' }, { fault: { code: 'agent.exited' } }],
    ['hangs', { tool: 'hangs', silenceMs: 300 }, { fault: { code: 'agent.hung' } }],
    ['has nothing to say', { tool: 'empty' }, { kind: 'succeeded', output: { text: '' } }],
  ])('that %s is told as what it is', async (_, given, expected) => {
    expect((await play(given)).outcome).toMatchObject(expected);
  });

  test('whose server is no server is named', async () => {
    const { outcome } = await play({ startWithinMs: 300 }, ['sh', '-c', 'echo hello; sleep 1000']);
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.hung' } });
  });
});
