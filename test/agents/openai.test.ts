/** The agent behind an OpenAI-compatible API, with a scripted model on loopback. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { apiAgent } from '../../src/agents/openai.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import { openModelServer } from '../real/model-server.ts';
import { apiOptions, call, free, inTurn, type Played, play as playIn, says } from './api-stage.ts';
import { guardian, makeAssignment, makeRunFolder, makeWorld, removeFolder } from './attempt.ts';

vi.setConfig({ testTimeout: 120_000 });
const runFolder = makeRunFolder();
const play = (given: Played) => playIn(runFolder, given);
afterAll(async () => {
  await guardian.close();
  removeFolder(runFolder);
});

agentContract('openai', async (folder) => {
  const quick = await openModelServer(() => ({ kind: 'says', text: 'done' }));
  const endless = await openModelServer(() => ({ kind: 'silence' }));
  return {
    quick: { adapter: apiAgent(apiOptions(folder, quick.url)) },
    endless: { adapter: apiAgent(apiOptions(folder, endless.url)) },
    close: async () => {
      await Promise.all([quick.close(), endless.close()]);
    },
  };
});

describe('an attempt that goes well', () => {
  test('uses its tools in its folder, and what it says last is its output', async () => {
    const { outcome, cwd, told } = await play({
      script: inTurn(
        call('list', {}),
        call('write', { path: 'src/made.txt', content: 'one two' }),
        call('replace', { path: 'src/made.txt', old: 'two', new: 'three' }),
        call('read', { path: 'src/made.txt' }),
        call('run', { command: 'cat src/made.txt; exit 3' }),
        says('It is made.'),
      ),
    });
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      output: { text: 'It is made.' },
      usage: { inputTokens: 6_000, outputTokens: 150, costUsd: null },
      session: { id: expect.stringMatching(/^talk-\d+$/) },
      evidence: [{ passed: true, facts: { requests: 6, toolCalls: 5, denials: 0 } }],
    });
    expect(readFileSync(join(cwd, 'src/made.txt'), 'utf8')).toBe('one three');
    const ends = told.flatMap((event) => (event.type === 'tool.ended' ? [event.how] : []));
    expect(ends).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed']);
    expect(told.map(({ type }) => type).slice(0, 5)).toEqual([
      ...['agent.started', 'session.opened', 'usage.counted', 'tool.called', 'tool.ended'],
    ]);
  });

  test('goes on for many turns without a warning of Node', async () => {
    const warnings: string[] = [];
    const hear = ({ name }: Error): unknown => warnings.push(name);
    process.on('warning', hear);
    const turns = Array.from({ length: 15 }, (_, at) => call('run', { command: `echo ${at}` }));
    const { outcome } = await play({ script: inTurn(...turns, says('done')) });
    // Warnings are told in a turn of their own.
    await new Promise(setImmediate);
    process.off('warning', hear);
    expect(outcome).toMatchObject({ kind: 'succeeded', evidence: [{ facts: { requests: 16 } }] });
    expect(warnings).toEqual([]);
  });

  test('shows the model what its tools answered', async () => {
    const { requests } = await play({
      script: inTurn(call('run', { command: 'echo seen-$((40 + 2))' }), says('done')),
    });
    expect(requests[1]?.text).toContain('seen-42');
    expect(requests[1]?.tools).toEqual(['list', 'read', 'write', 'replace', 'run']);
  });

  test('keeps its key out of what it runs', async () => {
    const { requests, outcome } = await play({
      script: inTurn(call('run', { command: 'env' }), says('done')),
      options: { keyVariable: 'SOME_KEY' },
      assignment: {
        env: { SOME_KEY: 'planted-secret-1', LENT: 'planted-secret-2', OPEN: 'to all' },
        secrets: ['LENT'],
      },
    });
    expect(outcome.kind).toBe('succeeded');
    expect(requests[1]?.text).toContain('OPEN=to all');
    expect(requests[1]?.text).not.toContain('planted-secret');
  });
});

describe('what leads out of the folder', () => {
  test.each<[string, object]>([
    ['read', { path: '../secret.txt' }],
    ['read', { path: '/etc/hostname' }],
    ['read', { path: 'link/secret.txt' }],
    ['read', { path: 'secret-link' }],
    ['list', { path: 'link' }],
    ['list', { path: 'a/../../..' }],
    ['write', { path: '../made.txt', content: 'x' }],
    ['write', { path: 'link/made.txt', content: 'x' }],
    ['write', { path: 'dangling', content: 'x' }],
    ['write', { path: '.git/hooks/pre-commit', content: 'x' }],
    ['write', { path: 'sub/.GIT/config', content: 'x' }],
    ['read', { path: 'a\0b' }],
    ['read', { path: 'pipe' }],
    ['read', { wrong: 'arguments' }],
    ['nonsense', {}],
  ])('%s %o is refused, and the work goes on', async (tool, input) => {
    const outside = join(runFolder, 'outside');
    if (!existsSync(outside)) {
      mkdirSync(outside);
      writeFileSync(join(outside, 'secret.txt'), 'a secret');
      writeFileSync(join(runFolder, 'secret.txt'), 'a secret');
    }
    const script = inTurn(
      call('run', {
        command: `ln -s "${outside}" link; ln -s "${outside}/secret.txt" secret-link;
          ln -s "${outside}/not-there" dangling; mkfifo pipe; mkdir .git`,
      }),
      call(tool, input),
      says('done'),
    );
    const { outcome, told, requests } = await play({ script });
    expect(outcome.kind).toBe('succeeded');
    expect(told.filter(({ type }) => type === 'tool.ended').at(-1)).toMatchObject({
      how: 'failed',
    });
    expect(requests[2]?.text).not.toContain('a secret');
    expect(existsSync(join(outside, 'made.txt'))).toBe(false);
    expect(existsSync(join(outside, 'not-there'))).toBe(false);
    expect(existsSync(join(runFolder, 'made.txt'))).toBe(false);
  });

  test('is not so for a folder that is itself reached by a link', async () => {
    const link = join(runFolder, 'way');
    symlinkSync(runFolder, link);
    const { outcome } = await play({
      script: inTurn(call('write', { path: join(link, 'kept.txt'), content: 'x' }), says('done')),
      assignment: { cwd: link },
    });
    expect(outcome.kind).toBe('succeeded');
    expect(readFileSync(join(runFolder, 'kept.txt'), 'utf8')).toBe('x');
  });
});

describe('permissions', () => {
  test.each([
    ['read', ['list', 'read']],
    ['edit', ['list', 'read', 'write', 'replace']],
    ['ask', ['list', 'read', 'write', 'replace', 'run']],
  ] as const)('%s offers %o', async (permissions, tools) => {
    const { requests } = await play({ script: inTurn(says('done')), options: { permissions } });
    expect(requests[0]?.tools).toEqual(tools);
  });

  test('a tool that is not offered is denied, and the attempt is no success', async () => {
    const { outcome, cwd } = await play({
      script: inTurn(call('write', { path: 'made.txt', content: 'x' }), says('I did it.')),
      options: { permissions: 'read' },
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: { code: 'agent.permission-denied', retryable: true },
    });
    expect(existsSync(join(cwd, 'made.txt'))).toBe(false);
  });

  test.each([
    ['allow', 'succeeded', true],
    ['deny', 'failed', false],
  ] as const)('a person who is asked and says %s is heard', async (answer, kind, isThere) => {
    const asked: string[] = [];
    const world = makeWorld();
    const { outcome, cwd } = await play({
      script: inTurn(call('write', { path: 'made.txt', content: 'x' }), says('done')),
      options: { permissions: 'ask' },
      world: {
        ...world,
        ask: async ({ tool, input }) => {
          asked.push(`${tool} ${input}`);
          return { answer, by: 'ann' };
        },
      },
    });
    expect(asked).toEqual(['write {"path":"made.txt","content":"x"}']);
    expect(outcome.kind).toBe(kind);
    expect(existsSync(join(cwd, 'made.txt'))).toBe(isThere);
    expect(world.told).toContainEqual(
      expect.objectContaining({ type: 'permission.answered', answer, by: 'ann' }),
    );
  });
});

describe('a service that behaves badly', () => {
  const limited = { 'retry-after': '60', 'x-ratelimit-remaining-requests': '0' };

  test('with a limit that lasts: the attempt is limited, and its limits are learned', async () => {
    const { outcome, requests } = await play({
      script: inTurn({ kind: 'status', status: 429, headers: limited }),
    });
    expect(requests.length).toBe(1);
    expect(outcome).toMatchObject({
      kind: 'limited',
      fault: { code: 'agent.limited' },
      limits: { requestsLeft: 0, resetAtMs: expect.any(Number) },
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    });
    if (outcome.kind === 'limited') expect(outcome.waitMs).toBeGreaterThan(30_000);
  });

  test('with a limit that passes soon: it waits, and goes on', async () => {
    const { outcome, requests, told } = await play({
      script: inTurn(
        { kind: 'status', status: 429, headers: { 'retry-after-ms': '5' } },
        says('ok'),
      ),
    });
    expect(requests.length).toBe(2);
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { text: 'ok' } });
    expect(told.map(({ type }) => type)).toContain('rate.limited');
  });

  test.each<[string, Played['script'], object]>([
    [
      'a wrong key',
      inTurn({ kind: 'status', status: 401 }),
      { code: 'agent.unauthorized', retryable: false },
    ],
    [
      'no credit',
      inTurn({
        ...{ kind: 'status', status: 429 },
        error: { code: 'insufficient_quota', message: 'no more' },
      }),
      { code: 'account.exhausted', retryable: false },
    ],
    [
      'a request that it does not take',
      inTurn({ kind: 'status', status: 400 }),
      { code: 'agent.refused', retryable: false },
    ],
  ])('with %s is not asked twice', async (_, script, fault) => {
    const { outcome, requests } = await play({ script });
    expect(outcome).toMatchObject({ kind: 'failed', fault });
    expect(requests.length).toBe(1);
  });

  test.each<[string, Played['script']]>([
    ['errors', inTurn({ kind: 'status', status: 500 })],
    ['answers that break off', inTurn({ kind: 'cut' })],
    ['nonsense', inTurn({ kind: 'nonsense' })],
  ])('with %s again and again: it gives up in the end', async (_, script) => {
    const { outcome, requests } = await play({ script });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { retryable: true } });
    expect(requests.length).toBe(6);
  });

  test('that breaks off once: it is asked again, and its half answer is no answer', async () => {
    const { outcome } = await play({
      script: inTurn({ kind: 'cut' }, { kind: 'status', status: 503 }, says('whole')),
    });
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { text: 'whole' } });
    expect(outcome.usage.inputTokens).toBeGreaterThan(1_000);
  });

  test('that is silent is given up', async () => {
    const { outcome } = await play({
      script: inTurn({ kind: 'silence' }),
      options: { startWithinMs: 200, silenceMs: 200 },
    });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.hung' } });
  });

  test('that nobody listens for is named', async () => {
    const gone = await openModelServer(() => says('never'));
    await gone.close();
    const adapter = apiAgent(apiOptions(runFolder, gone.url));
    const outcome = await adapter.work(makeAssignment(runFolder), makeWorld());
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: { code: 'agent.unavailable', message: expect.stringContaining('ECONNREFUSED') },
    });
  });

  test('that counts absurd tokens is passed on as it is', async () => {
    const tokens = 999_999_999_999;
    const { outcome } = await play({ script: inTurn({ kind: 'says', text: 'ok', tokens }) });
    expect(outcome.usage.inputTokens).toBe(tokens);
  });

  test('that makes the same call again and again is stopped', async () => {
    const { outcome, requests } = await play({ script: inTurn(call('list', {})) });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.stuck' } });
    expect(requests.length).toBe(100);
  });
});

describe('a cap', () => {
  const priceOf = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) =>
    (inputTokens * 2 + outputTokens * 10) / 1e6;

  test('of turns ends the attempt', async () => {
    const { outcome, requests } = await play({
      script: ({ number }) => call('read', { path: `file-${number}` }),
      options: { caps: { ...free, maxTurns: 3 } },
    });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.turns-spent' } });
    expect(requests.length).toBe(3);
  });

  test('of tokens ends it before a call that does not fit', async () => {
    const { outcome, requests } = await play({
      script: ({ number }) => call('read', { path: `file-${number}` }),
      options: { caps: { ...free, maxTokens: 3_500 } },
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: { code: 'agent.budget-spent', message: expect.stringContaining('maxTokens') },
    });
    expect(requests.length).toBe(3);
    expect(outcome.usage.inputTokens + outcome.usage.outputTokens).toBeLessThanOrEqual(3_500);
  });

  test('of money is reserved before the call, and limits how long an answer may be', async () => {
    const { outcome, requests } = await play({
      script: ({ number }) => call('read', { path: `file-${number}` }),
      options: { caps: { ...free, budgetUsd: 0.01 }, priceOf },
    });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.budget-spent' } });
    expect(priceOf(outcome.usage)).toBeLessThanOrEqual(0.01);
    expect(requests.length).toBeGreaterThan(1);
    const { max_completion_tokens: most } = JSON.parse(requests[0]?.text ?? '{}');
    expect(most).toBeGreaterThan(256);
    expect(most).toBeLessThan(1_000);
  });

  test('of money without a price is refused before anything begins', async () => {
    const caps = { ...free, budgetUsd: 1 };
    const adapter = apiAgent(apiOptions(runFolder, 'http://127.0.0.1:1', { caps }));
    expect(await adapter.open()).toMatchObject({ code: 'agent.unpriced' });
  });
});

test('without its key it can not work, and says where one is looked for', async () => {
  const options = apiOptions(runFolder, 'http://127.0.0.1:1', { keyVariable: 'NO_SUCH_KEY' });
  expect(await apiAgent(options).open()).toMatchObject({
    code: 'agent.unauthorized',
    message: expect.stringContaining('NO_SUCH_KEY'),
  });
  expect(await apiAgent({ ...options, isLent: true }).open()).toBeNull();
});
