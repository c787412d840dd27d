/** Claude Code asking a person over its stdio, played by a program that speaks as it does. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Question } from '../../src/agents/agent.ts';
import { claude } from '../../src/agents/command-line/claude.ts';
import { claudeAsking } from '../../src/agents/command-line/claude-asking.ts';
import { cliAgent } from '../../src/agents/command-line/cli-agent.ts';
import {
  guardian,
  makeAssignment,
  makeRunFolder,
  makeWorld,
  removeFolder,
  run,
} from './attempt.ts';
import { settings } from './told.ts';

vi.setConfig({ testTimeout: 60_000 });
const runFolder = makeRunFolder();
afterAll(async () => {
  await guardian.close();
  removeFolder(runFolder);
});

/** Asks twice, notes what it hears, and waits for the end of its stdin as the real one does. */
const program = (notes: string): string => `#!${process.execPath}
const fs = require('node:fs');
if (process.argv[2] === '--version') { console.log('99.0.0'); process.exit(0); }
const say = (line) => fs.writeSync(1, JSON.stringify(line) + '\\n');
const heard = [];
const denials = [];
let rest = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  rest += text;
  for (let at = rest.indexOf('\\n'); at >= 0; at = rest.indexOf('\\n')) {
    take(JSON.parse(rest.slice(0, at)));
    rest = rest.slice(at + 1);
  }
}).on('end', () => fs.writeFileSync(${JSON.stringify(notes)}, JSON.stringify(heard)));
function take(message) {
  heard.push(message);
  if (message.type === 'user') {
    say({ type: 'system', subtype: 'init', session_id: 's-1' });
    say({ type: 'control_request', request_id: 'r-0', request: { subtype: 'hook_callback' } });
    const input = { file_path: 'made.txt', content: 'made' };
    say({ type: 'control_request', request_id: 'r-1',
      request: { subtype: 'can_use_tool', tool_name: 'Write', input } });
  }
  if (message.response?.request_id !== 'r-1') return;
  const { behavior } = message.response.response;
  const permission_denials = behavior === 'deny' ? [{ tool_name: 'Write' }] : [];
  say({ type: 'result', subtype: 'success', is_error: false, stop_reason: 'end_turn',
    result: 'done', permission_denials, total_cost_usd: 0.01, modelUsage: {} });
}
`;

async function play(answer: 'allow' | 'deny') {
  const bin = join(runFolder, `bin-${answer}`);
  mkdirSync(bin);
  const notes = join(bin, 'heard.json');
  writeFileSync(join(bin, 'claude'), program(notes));
  chmodSync(join(bin, 'claude'), 0o755);
  const asked: Question[] = [];
  const ask = async (question: Question) => {
    asked.push(question);
    return { answer, by: 'ann' };
  };
  const adapter = cliAgent({
    ...{ dialect: claude, settings: { ...settings, permissions: 'ask' }, env: {} },
    ...{ startWithinMs: 30_000, silenceMs: 30_000, graceMs: 50 },
    environment: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    ...{ guardian, runFolder, runId: run },
  });
  const outcome = await adapter.work(makeAssignment(runFolder), { ...makeWorld(), ask });
  return { outcome, asked, heard: JSON.parse(readFileSync(notes, 'utf8')) as object[] };
}

describe.skipIf(process.platform === 'win32')('claude that asks a person', () => {
  test('is told yes with the input that was shown', async () => {
    const { outcome, asked, heard } = await play('allow');
    const input = { file_path: 'made.txt', content: 'made' };
    expect(asked).toEqual([{ tool: 'Write', input: JSON.stringify(input) }]);
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { text: 'done' } });
    expect(heard).toMatchObject([
      { type: 'user', message: { role: 'user', content: 'do it' } },
      { type: 'control_response', response: { subtype: 'error', request_id: 'r-0' } },
      {
        type: 'control_response',
        response: {
          ...{ subtype: 'success', request_id: 'r-1' },
          response: { behavior: 'allow', updatedInput: input },
        },
      },
    ]);
  });

  test('is told no, and why; its task is no success', async () => {
    const { outcome, heard } = await play('deny');
    expect(outcome).toMatchObject({ fault: { code: 'agent.permission-denied' } });
    const response = { behavior: 'deny', message: 'ann did not allow it' };
    expect(heard[2]).toMatchObject({ response: { response } });
  });
});

test('what is no question is none', () => {
  for (const line of [null, 17, {}, { type: 'control_request' }, { request_id: 'r' }]) {
    expect(claudeAsking.read(line)).toEqual({ kind: 'nothing' });
  }
});
