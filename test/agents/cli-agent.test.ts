/** The engine of all command-line agents, with programs that play them: one outcome, whatever. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { taskId, token } from '../../machines/ids.ts';
import type { AgentWorld, Assignment } from '../../src/agents/agent.ts';
import { type CliAgentOptions, cliAgent } from '../../src/agents/command-line/cli-agent.ts';
import { streamPaths } from '../../src/agents/streams.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import { stageActor } from './actor.ts';
import { guardian, makeAssignment, makeRunFolder, makeWorld, removeFolder } from './attempt.ts';
import { sample } from './told.ts';

vi.setConfig({ testTimeout: 120_000 });
const onPosix = process.platform !== 'win32';
const runFolder = makeRunFolder();
afterAll(async () => {
  await guardian.close();
  removeFolder(runFolder);
});

const prints = (name: string): string => `print(${JSON.stringify(sample(name))});`;
const forEver = 'setInterval(() => {}, 1000);';
const opened = `print('{"type":"system","subtype":"init","session_id":"s-1"}\\n');`;
const retried = (status: number, delayMs: number): string =>
  `print(${JSON.stringify(
    `${JSON.stringify({
      ...{ type: 'system', subtype: 'api_retry', error_status: status },
      retry_delay_ms: delayMs,
    })}\n`,
  )});`;

if (onPosix) {
  for (const name of ['claude', 'codex', 'gemini', 'opencode'] as const) {
    agentContract(name, (folder) => ({
      quick: {
        adapter: cliAgent(stageActor(folder, name, prints(`${name}-tool-success.jsonl`)).options()),
      },
      endless: { adapter: cliAgent(stageActor(folder, name, forEver).options()) },
    }));
  }
}

interface Played {
  readonly script: string;
  readonly options?: Partial<CliAgentOptions>;
  readonly assignment?: Partial<Assignment>;
}

async function play({ script, options, assignment = {} }: Played) {
  const stage = stageActor(runFolder, 'claude', script);
  const world = makeWorld();
  const made = makeAssignment(runFolder, assignment);
  const outcome = await cliAgent(stage.options(options)).work(made, world);
  return { outcome, told: world.told, seen: stage.seen, assignment: made };
}

describe.skipIf(!onPosix)('an attempt', () => {
  test('that went well has the answer as output, and evidence that binds the stream', async () => {
    const text = sample('claude-tool-success.jsonl');
    const { outcome, assignment } = await play({ script: prints('claude-tool-success.jsonl') });
    const sha256 = (of: string) => createHash('sha256').update(of).digest('hex');
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      output: { path: '', bytes: 2, sha256: sha256('hi'), text: 'hi' },
      usage: { inputTokens: 3_000, outputTokens: 50, costUsd: 0.01112 },
      session: { id: '97bb85ac-b273-4bcf-b989-cf0057652d0d' },
      evidence: [
        {
          passed: true,
          summary: 'claude exited 0',
          facts: {
            ...{ exitCode: 0, version: '99.0.0', toolCalls: 1, denials: 0 },
            ...{ stdoutSha256: sha256(text), stdoutBytes: Buffer.byteLength(text) },
          },
        },
      ],
    });
    const path = join(runFolder, streamPaths(assignment.task, assignment.token).stdout);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('passes on what was said of the limits of its account', async () => {
    const info = { status: 'rejected', resetsAt: 4_000_000_000, rateLimitType: 'five_hour' };
    const line = { type: 'rate_limit_event', rate_limit_info: info };
    const script = `${opened} print(${JSON.stringify(`${JSON.stringify(line)}\n`)}); ${forEver}`;
    const { outcome } = await play({ script });
    expect(outcome).toMatchObject({
      kind: 'limited',
      limits: { requestsLeft: 0, resetAtMs: 4_000_000_000_000 },
    });
  });

  test('tells what happens in the words that all agents share', async () => {
    const { told } = await play({ script: prints('claude-denied.jsonl') });
    expect(told.map(({ type }) => type)).toEqual([
      ...['agent.started', 'session.opened', 'text.written', 'context.held', 'tool.called'],
      ...['context.held', 'permission.asked', 'tool.ended', 'text.written', 'context.held'],
      ...['usage.counted', 'permission.asked', 'turn.ended'],
    ]);
  });

  test('gets its prompt on stdin, which is closed, however long', async () => {
    const prompt = `--help ${'ü'.repeat(300_000)}`;
    const { outcome, seen } = await play({
      script: prints('claude-tool-success.jsonl'),
      assignment: { prompt },
    });
    expect(outcome.kind).toBe('succeeded');
    expect(seen().stdin).toBe(prompt);
    expect(seen().argv).not.toContain(prompt);
  });

  test('sees its own credentials, what the plan gives, and no other key', async () => {
    const machine = { ...process.env, ANTHROPIC_API_KEY: 'mine', OPENAI_API_KEY: 'other' };
    const stage = stageActor(runFolder, 'claude', prints('claude-tool-success.jsonl'));
    const environment = { ...machine, PATH: `${stage.bin}:${process.env.PATH}` };
    const adapter = cliAgent(stage.options({ environment }));
    const env = { GIVEN: 'by the plan', DISABLE_AUTOUPDATER: 'as the plan says' };
    await adapter.work(makeAssignment(runFolder, { env }), makeWorld());
    expect(stage.seen().env).toMatchObject({ ANTHROPIC_API_KEY: 'mine', ...env });
    expect(stage.seen().env).not.toHaveProperty('OPENAI_API_KEY');
  });

  test('with a long answer keeps all of it on disk', async () => {
    const answer = 'x'.repeat(100_000);
    const line = {
      ...{ type: 'result', subtype: 'success', is_error: false },
      ...{ stop_reason: 'end_turn', result: answer },
    };
    const script = `print(${JSON.stringify(`${JSON.stringify(line)}\n`)});`;
    const { outcome } = await play({ script });
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { bytes: 100_000 } });
    expect(readFileSync(join(runFolder, outcome.output.path), 'utf8')).toBe(answer);
    expect(outcome.output.text.length).toBeLessThan(answer.length);
  });

  test.each<[string, string, object]>([
    ['ends without a word', '', { fault: { code: 'agent.malformed' } }],
    ['says only nonsense', `print('{{{\\n17\\n');`, { fault: { code: 'agent.malformed' } }],
    ['crashes', `${opened} process.exit(7);`, { fault: { code: 'agent.exited' } }],
    [
      'is killed',
      `${opened} process.kill(process.pid, 'SIGKILL');`,
      { fault: { code: 'agent.killed' } },
    ],
    [
      'fails with a reason beside its stream',
      `process.stderr.write('Invalid API key\\n'); process.exit(1);`,
      { fault: { code: 'agent.unauthorized', retryable: false } },
    ],
    [
      'leaves a child that holds its pipes',
      `require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit' }).unref();
       ${prints('claude-tool-success.jsonl')} process.exit(0);`,
      { kind: 'succeeded' },
    ],
  ])('whose program %s has one outcome', async (_, script, expected) => {
    const { outcome } = await play({ script });
    expect(outcome).toMatchObject(expected);
  });
});

test.skipIf(!onPosix)('a listener that throws ends the attempt, and nobody else', async () => {
  for (const type of ['agent.started', 'text.written', 'turn.ended']) {
    const stage = stageActor(runFolder, 'claude', prints('claude-tool-success.jsonl'));
    const world = makeWorld();
    const tell: AgentWorld['tell'] = (event) => {
      if (event.type === type) throw new TypeError('a bug');
    };
    const work = cliAgent(stage.options()).work(makeAssignment(runFolder), { ...world, tell });
    expect(await work).toMatchObject({
      kind: 'failed',
      fault: { code: 'agent.broken', message: expect.stringContaining('a bug') },
    });
  }
});

describe.skipIf(!onPosix)('an agent that is not worth waiting for', () => {
  test('is ended when it says nothing of its work', async () => {
    const { outcome } = await play({
      script: `console.error('noise'); ${forEver}`,
      options: { startWithinMs: 300 },
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: { code: 'agent.hung', message: expect.stringContaining('within 300 ms') },
    });
  });

  test('is ended when it falls silent, and its session is known', async () => {
    const { outcome } = await play({
      script: `${opened} ${forEver}`,
      options: { silenceMs: 300 },
    });
    expect(outcome).toMatchObject({
      fault: { code: 'agent.hung', retryable: true },
      session: { id: 's-1' },
      usage: { costUsd: null },
    });
  });

  test('is ended when it makes the same call again and again', async () => {
    const call = `{"type":"assistant","message":{"content":[{"type":"tool_use","id":"ID",
      "name":"Bash","input":{"command":"ls"}}]}}`.replace(/\s+/g, '');
    const script = `let id = 0; setInterval(() => print('${call}\\n'.replace('ID', ++id)), 5);`;
    const { outcome } = await play({ script });
    expect(outcome).toMatchObject({ fault: { code: 'agent.stuck' } });
  });

  test('is ended at the first answer that its key is not accepted', async () => {
    const { outcome } = await play({ script: `${opened} ${retried(401, 100)} ${forEver}` });
    expect(outcome).toMatchObject({ fault: { code: 'agent.unauthorized', retryable: false } });
  });

  test('is limited, and waited for as long as it was told', async () => {
    const { outcome } = await play({ script: `${opened} ${retried(429, 90_000)} ${forEver}` });
    expect(outcome).toMatchObject({
      kind: 'limited',
      waitMs: 90_000,
      fault: { code: 'agent.limited' },
      session: { id: 's-1' },
      // No model has answered: a budget must not pay for that.
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    });
    const text = '{"type":"assistant","message":{"content":[{"type":"text","text":"x"}]}}';
    const said = `print('${text}\\n');`;
    const { outcome: later } = await play({
      script: `${opened} ${said} ${retried(429, 90_000)} ${forEver}`,
    });
    expect(later).toMatchObject({ kind: 'limited', usage: { costUsd: null } });
  });

  test('is waited for longer from attempt to attempt when nobody says how long', async () => {
    const script = `${prints('claude-429.jsonl')} process.exit(1);`;
    const waits = [];
    for (const attempt of [1, 2, 3, 40]) {
      const { outcome } = await play({ script, assignment: { attempt } });
      waits.push(outcome.kind === 'limited' && outcome.waitMs);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 900_000]);
  });
});

describe.skipIf(!onPosix)('a session', () => {
  const counted = { inputTokens: 1_000, outputTokens: 10, costUsd: 0.01 };
  const fault = { code: 'agent.hung', message: 'it was silent', retryable: true };
  const earlier = { fault, session: { id: 'old-1', counted } };

  test('is gone on with, and only what is new is paid for', async () => {
    const { outcome, seen } = await play({
      script: prints('claude-tool-success.jsonl'),
      assignment: { earlier, prompt: 'the task' },
    });
    expect(seen().argv.join(' ')).toContain('--resume old-1');
    expect(seen().stdin).toMatch(/it was silent[\s\S]*Go on from where you were[\s\S]*the task/);
    expect(outcome).toMatchObject({
      usage: { inputTokens: 2_000, outputTokens: 40, costUsd: 0.00112 },
      session: { counted: { inputTokens: 3_000, costUsd: 0.011120000000000001 } },
    });
  });

  test('that is lost costs no retry, and the next attempt begins anew', async () => {
    const script = `process.stderr.write('No conversation found with session ID: old-1\\n');
      process.exit(1);`;
    const { outcome } = await play({ script, assignment: { earlier } });
    expect(outcome).toMatchObject({ kind: 'interrupted', fault: { code: 'agent.session-lost' } });
    expect(outcome).not.toHaveProperty('session');
    // It was not asked for: to try again would be to try for ever.
    const { outcome: other } = await play({ script });
    expect(other).toMatchObject({ kind: 'failed', fault: { code: 'agent.session-lost' } });
  });

  test('that there was none of is not asked for, but the failure is told', async () => {
    const { seen } = await play({
      script: prints('claude-tool-success.jsonl'),
      assignment: { earlier: { fault, session: null }, prompt: 'the task' },
    });
    expect(seen().argv).not.toContain('--resume');
    expect(seen().stdin).toMatch(/^the task[\s\S]*it was silent/);
  });

  test('is found again in the stream of an attempt whose runtime was killed', async () => {
    const adapter = cliAgent(stageActor(runFolder, 'claude', '').options());
    const attempt = { task: taskId('lost'), token: token(4_711) };
    expect(await adapter.recall?.(attempt)).toEqual({
      usage: { inputTokens: 0, outputTokens: 0, costUsd: null },
    });
    const path = join(runFolder, streamPaths(attempt.task, attempt.token).stdout);
    await mkdir(dirname(path), { recursive: true });
    const text = sample('claude-tool-success.jsonl');
    writeFileSync(path, text.slice(0, text.lastIndexOf('{"duration')));
    expect(await adapter.recall?.({ ...attempt, earlier })).toEqual({
      session: { id: '97bb85ac-b273-4bcf-b989-cf0057652d0d', counted },
      usage: { inputTokens: 0, outputTokens: 0, costUsd: null },
    });
    // The line that names the session may be the last, and not ended.
    writeFileSync(path, text.slice(0, text.indexOf('\n')));
    expect((await adapter.recall?.(attempt))?.session?.id).toMatch(/^97bb85ac-/);
    writeFileSync(path, '{"type":"sys');
    expect(await adapter.recall?.({ ...attempt, earlier })).toMatchObject({
      session: { id: 'old-1', counted },
    });
  });
});

describe.skipIf(!onPosix)('a program', () => {
  test('that is missing is told of with the command that installs it', async () => {
    const stage = stageActor(runFolder, 'claude', '');
    const adapter = cliAgent(stage.options({ environment: { PATH: runFolder } }));
    expect(await adapter.open()).toMatchObject({
      code: 'agent.program-not-found',
      message: expect.stringContaining('npm install -g @anthropic-ai/claude-code'),
      retryable: false,
    });
  });

  test('that is too old is told of with the command that renews it', async () => {
    const { options } = stageActor(runFolder, 'codex', '', '0.1.2');
    expect(await cliAgent(options()).open()).toMatchObject({
      code: 'agent.too-old',
      message: expect.stringMatching(/^codex 0\.1\.2 is too old, .*: npm install -g .*@latest$/),
    });
  });

  test('that does not say its version may try', async () => {
    const { options } = stageActor(runFolder, 'codex', '', 'unknown');
    expect(await cliAgent(options()).open()).toBeNull();
  });

  test('that is only on the PATH of the plan is found there', async () => {
    const stage = stageActor(runFolder, 'claude', prints('claude-tool-success.jsonl'));
    const path = `${stage.bin}:${process.env.PATH}`;
    const options = stage.options({ environment: process.env, env: { PATH: path } });
    expect(await cliAgent(options).open()).toBeNull();
    const assignment = makeAssignment(runFolder, { env: { PATH: path } });
    expect((await cliAgent(options).work(assignment, makeWorld())).kind).toBe('succeeded');
    expect(existsSync(join(stage.bin, 'seen.json'))).toBe(true);
  });
});
