/** Each adapter's traps: lines that were seen of real agents, garbage, and how they are called. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/agents/command-line/dialect.ts';
import { dialects } from '../../src/agents/command-line/dialects.ts';
import { signsIn } from '../../src/agents/command-line/ear.ts';
import { exitCodes, sample, settings, verdictOn } from './told.ts';

const { claude, codex, gemini, opencode } = dialects;
const all = Object.values(dialects);
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

describe.each(all.map((dialect) => [dialect.name, dialect] as const))('%s', (name, dialect) => {
  test('takes any JSON for what it is: nothing, or signs', () => {
    const property = fc.property(fc.json({ maxDepth: 4 }), (text) => {
      expect(Array.isArray(signsIn(dialect, text))).toBe(true);
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  test('takes lines whose values are of the wrong type for what they are', () => {
    const names = [...exitCodes.keys()].filter((each) => each.startsWith(name));
    const lines = names.flatMap((each) => sample(each).trim().split('\n'));
    const wrong = [null, 7, -1, 'x', true, [], {}, [null], { type: 1 }];
    for (const text of lines) {
      for (const path of pathsIn(JSON.parse(text))) {
        for (const value of wrong) {
          const broken = JSON.parse(text);
          put(broken, path, value);
          expect(() => dialect.read(broken)).not.toThrow();
        }
      }
    }
  });

  test('takes no line of plain words for a message', () => {
    for (const text of ['', 'Warning: something', '{"type":', 'null', '17', '"result"', '[]']) {
      expect(signsIn(dialect, text)).toEqual([]);
    }
    expect(dialect.readAside('\u0000 any noise {"type":"result"}')).toEqual([]);
  });

  test('is called with its prompt on stdin only', () => {
    const order: Order = { ...settings, session: null };
    expect(dialect.argumentsOf(order).every((word) => word !== '' && !/\s/.test(word))).toBe(true);
  });
});

/** Every place in a value, down to some depth. */
function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null || path.length > 4) return [path];
  const inner = Object.entries(value).slice(0, 30);
  return [path, ...inner.flatMap(([key, each]) => pathsIn(each, [...path, key]))].filter(
    (each) => each.length > 0,
  );
}

function put(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, root);
  parent[path.at(-1) ?? ''] = value;
}

describe('how they are called', () => {
  const session = 'the-session';
  const call = (dialect: (typeof all)[number], given: Partial<Order>): string =>
    dialect.argumentsOf({ ...settings, session: null, ...given }).join(' ');

  test('with what they may do', () => {
    expect(call(claude, { permissions: 'read' })).toContain('--tools Read,Glob,Grep');
    expect(call(claude, { permissions: 'edit' })).toContain('Write,NotebookEdit --permission-mode');
    expect(call(claude, { permissions: 'full' })).toContain('--permission-mode bypassPermissions');
    expect(call(codex, { permissions: 'read' })).toContain('sandbox_mode="read-only"');
    expect(call(codex, { permissions: 'edit' })).toContain('sandbox_mode="workspace-write"');
    expect(call(codex, { permissions: 'full' })).toContain('sandbox_mode="danger-full-access"');
    expect(call(gemini, { permissions: 'read' })).toContain('--approval-mode default');
    expect(call(gemini, { permissions: 'edit' })).toContain('--approval-mode auto_edit');
    expect(call(gemini, { permissions: 'full' })).toContain('--approval-mode yolo');
    expect(call(opencode, { permissions: 'full' })).toContain('--auto');
    expect(call(opencode, { permissions: 'edit' })).not.toContain('--auto');
    const rules = opencode.variablesOf({ ...settings, permissions: 'read', session: null });
    expect(JSON.parse(rules.OPENCODE_PERMISSION ?? '')).toMatchObject({ edit: 'deny' });
  });

  test('with their session, each in its own way', () => {
    expect(call(claude, { session })).toContain(`--resume ${session}`);
    // `resume` is a word before its own flags, and knows neither -s nor -C.
    expect(call(codex, { session })).toMatch(/^exec resume the-session .*-$/);
    expect(call(codex, { session })).not.toMatch(/ -[sC] /);
    expect(call(gemini, { session })).toContain(`--resume ${session}`);
    expect(call(opencode, { session })).toContain(`--session ${session}`);
  });

  test('with their model and the limits that they have', () => {
    for (const dialect of all) expect(call(dialect, { model: 'm-1' })).toMatch(/-m(odel)? m-1/);
    const limited = call(claude, { maxTurns: 3, budgetUsd: 0.5 });
    expect(limited).toContain('--max-turns 3 --max-budget-usd 0.5');
  });

  test('with no credentials but their own', () => {
    const machine = {
      ...{ ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o', GEMINI_API_KEY: 'g', XAI_API_KEY: 'x' },
      ...{ AWS_SECRET_ACCESS_KEY: 's', CODEX_API_KEY: '', GITHUB_TOKEN: 'h' },
    };
    const names = (dialect: (typeof all)[number], model: string | null = null) =>
      dialect.credentialsIn(machine, { ...settings, model });
    expect(names(claude)).toEqual(['ANTHROPIC_API_KEY']);
    expect(names(codex)).toEqual(['OPENAI_API_KEY']);
    expect(names(gemini)).toEqual(['GEMINI_API_KEY']);
    // Any provider may be meant, until the model says which.
    expect(names(opencode)).toEqual(['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'XAI_API_KEY']);
    expect(names(opencode, 'xai/grok')).toEqual(['XAI_API_KEY']);
    expect(names(opencode, 'local/any')).toEqual([]);
    const bedrock = { ...machine, CLAUDE_CODE_USE_BEDROCK: '1' };
    expect(claude.credentialsIn(bedrock, settings)).toContain('AWS_SECRET_ACCESS_KEY');
  });
});

describe('claude', () => {
  const result = {
    ...{ type: 'result', subtype: 'success', is_error: false, stop_reason: 'end_turn' },
    ...{ result: 'done', terminal_reason: 'completed', total_cost_usd: 1, permission_denials: [] },
  };
  const judged = (given: object, exitCode = 0) =>
    verdictOn(claude, line({ ...result, ...given }), { exitCode });

  test.each<[string, object, string | null]>([
    ['a plain result', {}, null],
    ['an older one, without a reason', { terminal_reason: undefined }, null],
    ['an error flag on a success', { is_error: true }, 'agent.malformed'],
    ['no error flag at all', { is_error: undefined }, 'agent.malformed'],
    ['an answer that was cut', { stop_reason: 'max_tokens' }, 'agent.malformed'],
    ['a refusal', { stop_reason: 'refusal' }, 'agent.refused'],
    ['another reason to end', { terminal_reason: 'aborted' }, 'agent.malformed'],
    ['a server error', { is_error: true, api_error_status: 529 }, 'agent.unavailable'],
    ['a key that is not accepted', { is_error: true, api_error_status: 401 }, 'agent.unauthorized'],
    ['no log-in', { is_error: true, result: 'Not logged in' }, 'agent.unauthorized'],
    ['no money', { is_error: true, result: 'Credit balance is too low' }, 'account.exhausted'],
    ['an unknown subtype', { subtype: 'error_of_tomorrow' }, 'agent.malformed'],
    ['nothing said or done, which is for others to judge', { result: '' }, null],
  ])('%s', (_, given, code) => {
    const verdict = judged(given);
    expect(verdict.kind === 'well' ? null : verdict.fault.code).toBe(code);
  });

  test('a session that it does not know is lost, and nothing else', () => {
    const errors = ['No conversation found with session ID: 1'];
    const lost = { is_error: true, subtype: 'error_during_execution', result: undefined, errors };
    expect(judged(lost, 1)).toMatchObject({ trouble: { kind: 'session-lost' } });
    const stderr = 'No conversation found with session ID: 1';
    expect(verdictOn(claude, '', { exitCode: 1, stderr })).toMatchObject({
      trouble: { kind: 'session-lost' },
    });
  });

  test('waits for an answer that was refused, as long as it was told to', () => {
    const retry = { type: 'system', subtype: 'api_retry', retry_delay_ms: 8_440 };
    expect(claude.read({ ...retry, error_status: 429 })).toMatchObject([
      { type: 'rate.limited', until: { afterMs: 8_440 } },
    ]);
    expect(claude.read({ ...retry, error_status: 401 })).toMatchObject([
      { type: 'request.failed', trouble: { kind: 'auth' } },
    ]);
    expect(claude.read({ ...retry, error_status: null })).toMatchObject([
      { type: 'request.failed', trouble: { kind: 'transient' } },
    ]);
  });

  test('tells a limit that is reached from one that is near', () => {
    const limit = { status: 'rejected', resetsAt: 1_795_000_000, rateLimitType: 'five_hour' };
    expect(claude.read({ type: 'rate_limit_event', rate_limit_info: limit })).toEqual([
      {
        type: 'limits.told',
        headers: {
          'anthropic-ratelimit-requests-remaining': '0',
          'anthropic-ratelimit-requests-reset': '2026-11-18T11:06:40.000Z',
        },
      },
      {
        type: 'rate.limited',
        message: 'the limit "five_hour" is reached',
        until: { atMs: 1_795_000_000_000 },
      },
    ]);
    const near = { ...limit, status: 'allowed_warning' };
    expect(claude.read({ type: 'rate_limit_event', rate_limit_info: near })).toEqual([
      { type: 'limits.told', headers: {} },
    ]);
  });

  test('an error with headers of its limits passes them on, and nothing else of them', () => {
    const responseHeaders = {
      'x-ratelimit-remaining-requests': '0',
      'retry-after': '7',
      'set-cookie': 'no limit',
    };
    const error = { name: 'APIError', data: { message: 'slow', statusCode: 429, responseHeaders } };
    expect(opencode.read({ type: 'error', sessionID: 's', error })).toMatchObject([
      {
        type: 'limits.told',
        headers: { 'x-ratelimit-remaining-requests': '0', 'retry-after': '7' },
      },
      { type: 'turn.ended', trouble: { kind: 'quota', until: { afterMs: 7_000 } } },
    ]);
  });

  test('a tool that its permissions took away was denied, though it says so nowhere else', () => {
    const content =
      '<tool_use_error>Error: No such tool available: Write. Write is disabled for this session, ' +
      'in subagents as well as here.</tool_use_error>';
    const block = { type: 'tool_result', content, is_error: true, tool_use_id: 't' };
    const text = line({ type: 'user', message: { content: [block] } }) + line(result);
    expect(verdictOn(claude, text)).toMatchObject({ trouble: { kind: 'permission' } });
  });

  test('what a sub-agent says is no answer', () => {
    const content = [{ type: 'text', text: 'inner' }];
    const said = { type: 'assistant', message: { content }, parent_tool_use_id: 'toolu_1' };
    expect(claude.read(said)).toEqual([]);
    expect(claude.read({ ...said, parent_tool_use_id: null })).toHaveLength(1);
  });
});

test('a session that a program did not even open is lost, however it says so', () => {
  const stderr = 'No previous sessions found for this project.';
  const given = { exitCode: 42, stderr };
  expect(verdictOn(gemini, '', { ...given, asked: 'old' })).toMatchObject({
    trouble: { kind: 'session-lost' },
  });
  expect(verdictOn(gemini, '', given)).toMatchObject({ fault: { code: 'agent.exited' } });
  const [opened = ''] = sample('gemini-401.jsonl').split('\n');
  expect(verdictOn(gemini, opened, { ...given, asked: 'old' })).toMatchObject({
    fault: { code: 'agent.exited' },
  });
});

describe('codex', () => {
  test('an item of type error is a warning', () => {
    const item = { id: '1', type: 'error', message: 'Model metadata not found' };
    const text = line({ type: 'item.completed', item }) + sample('codex-tool-success.jsonl');
    expect(verdictOn(codex, text).kind).toBe('well');
  });

  test('the status is inside the message', () => {
    const error = (message: string) => codex.read({ type: 'error', message });
    expect(error('Reconnecting... 1/5 (unexpected status 401 Unauthorized: x)')).toMatchObject([
      { type: 'request.failed', trouble: { kind: 'auth' } },
    ]);
    expect(error("You've hit your usage limit. Try again in 2 hours 5 minutes.")).toMatchObject([
      { type: 'rate.limited', until: { afterMs: 7_500_000 } },
    ]);
    expect(error('stream disconnected before completion: network error')).toMatchObject([
      { trouble: { kind: 'transient' } },
    ]);
    expect(error('We’re currently experiencing high demand')).toMatchObject([
      { trouble: { kind: 'transient' } },
    ]);
  });

  test('what its sandbox refused stands in its log alone', () => {
    const log =
      '2026-11-21T10:30:25Z  WARN codex_sandboxing::violation: recorded sandbox violation: ' +
      'resource=filesystem backend=linux_sandbox reason=read_only_file_system path=unknown';
    expect(codex.readAside(log)).toEqual([
      {
        type: 'permission.asked',
        tool: 'command',
        reason: 'the sandbox said read_only_file_system',
      },
    ]);
    expect(codex.variablesOf({ ...settings, session: null }).RUST_LOG).toContain('violation=warn');
  });

  test('a session that it does not know is lost', () => {
    const stderr = 'Error: thread/resume failed: no rollout found for thread id 1 (code -32600)';
    expect(verdictOn(codex, '', { exitCode: 1, stderr })).toMatchObject({
      trouble: { kind: 'session-lost' },
    });
  });

  test('a change of files is told once, when it has ended', () => {
    const item = { id: '3', type: 'file_change', changes: [{ path: 'a' }], status: 'completed' };
    const types = codex.read({ type: 'item.completed', item }).map(({ type }) => type);
    expect(types).toEqual(['tool.called', 'tool.ended']);
  });
});

describe('gemini', () => {
  test('tries again without a word on stdout', () => {
    const aside = (status: number) =>
      gemini.readAside(
        `Attempt 1 failed with status ${status}. Retrying with backoff... _ApiError`,
      );
    expect(aside(429)).toMatchObject([{ type: 'rate.limited' }]);
    expect(aside(500)).toMatchObject([{ type: 'request.failed', trouble: { kind: 'transient' } }]);
  });

  test.each(['policy_violation', 'tool_not_registered'])('%s is a denial', (type) => {
    const error = { type, message: 'no' };
    const result = { type: 'tool_result', tool_id: 'write_file__1', status: 'error', error };
    expect(gemini.read(result)).toEqual([
      { type: 'permission.asked', tool: 'write_file', reason: 'no' },
      { type: 'tool.ended', call: 'write_file__1', how: 'denied' },
    ]);
  });

  test('pieces of an answer make one answer', () => {
    const piece = (content: string) =>
      line({ type: 'message', role: 'assistant', content, delta: true });
    const end = line({ type: 'result', status: 'success' });
    expect(verdictOn(gemini, piece('on') + piece('e') + end).kind).toBe('well');
  });

  test('a session that it does not know is lost', () => {
    const stderr = 'Error resuming session: Invalid session identifier "1".\n  Use --list-sessions';
    expect(verdictOn(gemini, '', { exitCode: 42, stderr })).toMatchObject({
      trouble: { kind: 'session-lost' },
    });
  });
});

describe('opencode', () => {
  const step = (part: object) => line({ type: 'step_finish', sessionID: 's', part });

  test('is done for one reason only', () => {
    const text = line({ type: 'text', part: { text: 'x' } });
    const judged = (reason: string) => verdictOn(opencode, text + step({ reason }));
    expect(judged('stop').kind).toBe('well');
    expect(judged('length')).toMatchObject({ fault: { code: 'agent.malformed' } });
    expect(judged('content-filter')).toMatchObject({ fault: { code: 'agent.refused' } });
    expect(judged('tool-calls')).toMatchObject({ fault: { code: 'agent.malformed' } });
  });

  test('a turn that goes on after its end has not ended', () => {
    const tool = line({ type: 'tool_use', part: { callID: '1', tool: 'bash', state: {} } });
    const text = step({ reason: 'stop' }) + tool + step({ reason: 'tool-calls' });
    expect(verdictOn(opencode, text)).toMatchObject({ fault: { code: 'agent.malformed' } });
  });

  test('a price that it does not know is unknown, and not 0', () => {
    const usageOf = (part: object) => opencode.read(JSON.parse(step({ reason: 'x', ...part })))[0];
    const tokens = { input: 1, output: 1 };
    expect(usageOf({ tokens, cost: 0 })).toMatchObject({ usage: { costUsd: null } });
    expect(usageOf({ tokens, cost: 0.1 })).toMatchObject({ usage: { costUsd: 0.1 } });
    expect(usageOf({ tokens: {}, cost: 0 })).toMatchObject({ usage: { costUsd: 0 } });
  });

  test('a tool that was taken away is called under another name', () => {
    const error = "Model tried to call unavailable tool 'write'. Available tools: glob, read.";
    const state = { status: 'completed', input: { tool: 'write', error } };
    const part = { callID: '1', tool: 'invalid', state };
    expect(opencode.read({ type: 'tool_use', part })).toMatchObject([
      { type: 'tool.called' },
      { type: 'permission.asked', tool: 'write' },
      { type: 'tool.ended', how: 'denied' },
    ]);
  });

  test('a limit says when it ends', () => {
    const error = {
      name: 'APIError',
      data: { message: 'slow down', statusCode: 429, responseHeaders: { 'retry-after': '7' } },
    };
    expect(opencode.read({ type: 'error', error })).toMatchObject([
      { type: 'turn.ended', trouble: { kind: 'quota', until: { afterMs: 7_000 } } },
    ]);
  });

  test('its log tells of requests that fail, but not of titles', () => {
    const log = (small: boolean) =>
      `level=ERROR message="stream error" small=${small} error.error="Too Many Requests"`;
    expect(opencode.readAside(log(false))).toMatchObject([{ type: 'rate.limited' }]);
    expect(opencode.readAside(log(true))).toEqual([]);
  });
});
