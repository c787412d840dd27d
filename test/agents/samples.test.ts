/** The streams of real agents, as they were recorded, are read and judged as what they were. */
import { describe, expect, test } from 'vitest';
import { dialectOf, exitCodes, sample, signsOf, testify, verdictOn } from './told.ts';

const well = { kind: 'well' };
const ill = (code: string, retryable: boolean) => ({
  kind: 'troubled',
  fault: { code: `agent.${code}`, retryable },
});

const verdicts: Readonly<Record<string, object>> = {
  'claude-tool-success.jsonl': well,
  'claude-structured.jsonl': well,
  'claude-max-turns.jsonl': ill('turns-spent', true),
  'claude-budget.jsonl': ill('budget-spent', false),
  // It exited 0, as a success.
  'claude-denied.jsonl': ill('permission-denied', true),
  // It says `subtype: success`.
  'claude-429.jsonl': ill('limited', true),
  'codex-tool-success.jsonl': well,
  'codex-resume-cumulative-usage.jsonl': well,
  'codex-429.jsonl': ill('limited', true),
  'gemini-tool-success.jsonl': well,
  // Its exit code is the status, mod 256.
  'gemini-401.jsonl': ill('unauthorized', false),
  'opencode-tool-success.jsonl': well,
  // It exited 0 in the middle of its tool calls.
  'opencode-permission-rejected.jsonl': ill('permission-denied', true),
  'opencode-401.jsonl': ill('unauthorized', false),
};

describe('a recorded stream', () => {
  test('is there for every exit code, and judged here', () => {
    expect([...exitCodes.keys()].sort()).toEqual(Object.keys(verdicts).sort());
  });

  test.each([...exitCodes])('%s, which exited %i, is judged', (name, exitCode) => {
    expect(verdictOn(dialectOf(name), sample(name), { exitCode })).toMatchObject(
      verdicts[name] ?? {},
    );
  });

  test.each([...exitCodes.keys()])('%s, cut anywhere, is no success and no throw', (name) => {
    const text = sample(name);
    const dialect = dialectOf(name);
    const lastLine = text.trimEnd().lastIndexOf('\n') + 1;
    for (let end = 0; end <= text.length; end += Math.ceil(text.length / 200)) {
      const verdict = verdictOn(dialect, text.slice(0, end), { exitCode: 1 });
      expect(verdict.kind).not.toBe('well');
      // Exit 0 alone is no success either, without the last line.
      if (end > lastLine) continue;
      expect(verdictOn(dialect, text.slice(0, end)).kind).not.toBe('well');
    }
  });

  test.each([...exitCodes.keys()])('%s, ended by a signal, is no success', (name) => {
    const verdict = verdictOn(dialectOf(name), sample(name), {
      ending: { kind: 'killed', signal: 'SIGTERM' },
    });
    expect(verdict.kind).not.toBe('well');
  });
});

describe('what is told', () => {
  test.each<[string, object]>([
    [
      'claude-tool-success.jsonl',
      {
        session: '97bb85ac-b273-4bcf-b989-cf0057652d0d',
        answer: 'hi',
        toolCalls: 1,
        // Cached tokens count: they were paid for, too.
        counted: {
          over: 'session',
          usage: { inputTokens: 3_000, outputTokens: 50, costUsd: 0.01112 },
        },
      },
    ],
    [
      'claude-budget.jsonl',
      // Its own `usage` says that nothing was used.
      {
        counted: {
          over: 'session',
          usage: { inputTokens: 1_500, outputTokens: 25, costUsd: 0.00556 },
        },
      },
    ],
    ['claude-structured.jsonl', { answer: '{"answer":"hi"}', session: null }],
    [
      'codex-tool-success.jsonl',
      {
        session: '01a1fc2f-6984-7182-bc11-fd32de94d3c0',
        answer: '{"answer":"hi"}',
        toolCalls: 1,
        counted: {
          over: 'session',
          usage: { inputTokens: 2_000, outputTokens: 50, costUsd: null },
        },
      },
    ],
    [
      'gemini-tool-success.jsonl',
      {
        session: 'c7845a0f-5fd9-4747-a0cb-4fbd4f60c2d1',
        answer: 'hi',
        toolCalls: 1,
        counted: {
          over: 'attempt',
          usage: { inputTokens: 2_000, outputTokens: 50, costUsd: null },
        },
      },
    ],
    [
      'opencode-tool-success.jsonl',
      {
        session: 'ses_e03d07b82ffeb8Z2qs40d8bqza',
        answer: 'hi',
        toolCalls: 1,
        // Two steps.
        counted: {
          over: 'step',
          usage: { inputTokens: 2_000, outputTokens: 50, costUsd: 0.00156 },
        },
      },
    ],
  ])('by %s', (name, expected) => {
    const told = testify(signsOf(dialectOf(name), sample(name)));
    const { counted } = told;
    // Sums of tenths of cents are not exact.
    const usage = counted && {
      ...counted.usage,
      costUsd: counted.usage.costUsd && Number(counted.usage.costUsd.toFixed(9)),
    };
    expect({ ...told, counted: counted && { ...counted, usage } }).toMatchObject(expected);
  });

  test('names what was denied, and how to allow it', () => {
    const name = 'claude-denied.jsonl';
    const verdict = verdictOn(dialectOf(name), sample(name));
    expect(verdict).toMatchObject({
      fault: { message: expect.stringMatching(/not allowed to use Bash.*"permissions: edit"/s) },
    });
  });

  test('says the limit in the words of the agent', () => {
    const verdict = verdictOn(dialectOf('codex-'), sample('codex-429.jsonl'), { exitCode: 1 });
    expect(verdict).toMatchObject({
      trouble: { kind: 'quota', message: expect.stringContaining('429'), until: null },
    });
  });
});
