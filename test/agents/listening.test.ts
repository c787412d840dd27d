/** The parts between a stream and a verdict: lines, troubles, counters, patience and watchdogs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOlder, versionIn } from '../../src/agents/command-line/version.ts';
import { Lines } from '../../src/agents/lines.ts';
import { impatience, waitOf } from '../../src/agents/listening/patience.ts';
import type { Sign } from '../../src/agents/listening/sign.ts';
import { Testimony } from '../../src/agents/listening/testimony.ts';
import { settle, usedSince } from '../../src/agents/listening/usage.ts';
import { Watchdog } from '../../src/agents/listening/watchdog.ts';
import { resetIn, type Trouble, trouble, troubleFrom } from '../../src/agents/trouble.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { testify } from './told.ts';

describe('lines', () => {
  const cut = (pieces: readonly string[]): readonly string[] => {
    const found: string[] = [];
    const lines = new Lines((line) => found.push(line));
    for (const piece of pieces) lines.add(piece);
    lines.end();
    return found;
  };

  test('are the same wherever the pieces are cut', () => {
    const property = fc.property(fc.array(fc.string()), fc.nat(), (texts, seed) => {
      const whole = texts.join('\n');
      const at = whole.length === 0 ? 0 : seed % whole.length;
      expect(cut([whole.slice(0, at), whole.slice(at)])).toEqual(cut([whole]));
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
    expect(cut(['a\n\n', 'b', '\r\nc'])).toEqual(['a', 'b\r', 'c']);
  });

  test('that are too long are passed over and counted, in little memory', () => {
    const found: string[] = [];
    const lines = new Lines((line) => found.push(line));
    const piece = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 20; count += 1) lines.add(piece);
    lines.add('\nnext\n');
    expect(found).toEqual(['next']);
    expect(lines.overlong).toBe(1);
  });
});

describe('a trouble', () => {
  test.each<[string, number | null, Trouble['kind']]>([
    ['exceeded retry limit, last status: 429 Too Many Requests', null, 'quota'],
    ['[API Error: {"error":{"code":401,"message":"x"}}]', null, 'auth'],
    ['unexpected status 503 Service Unavailable', null, 'transient'],
    ['HTTP 400: bad request', null, 'refused'],
    ['Your credit balance is too low', 400, 'exhausted'],
    ['You exceeded your current quota: insufficient_quota', 429, 'exhausted'],
    ['You exceeded your current quota. Please retry in 34.07s.', null, 'quota'],
    ['Rate limit reached', null, 'quota'],
    ['Invalid API key · Please run /login', null, 'auth'],
    ['connect ECONNREFUSED 127.0.0.1:1', null, 'transient'],
    ['Session not found', null, 'session-lost'],
    ['wrote 429 lines and 503 words', null, 'malformed'],
    ['', null, 'malformed'],
    ['anything', 403, 'auth'],
    ['anything', 404, 'refused'],
    ['anything', 408, 'transient'],
  ])('"%s" with status %s is %s', (text, status, kind) => {
    const found = status === null ? troubleFrom(text) : troubleFrom(text, status);
    expect(found.kind).toBe(kind);
  });

  test.each<[string, number | null]>([
    ['Try again in 2 days 3 hours 1 minute.', 183_660_000],
    ['Please retry in 34.07s.', 34_070],
    ['"retryDelay":"34s"', 34_000],
    ['retry after 20 seconds', 20_000],
    ['try again at 3:04 PM', null],
    ['try again later', null],
    ['', null],
  ])('that says "%s" ends after %s ms', (text, afterMs) => {
    expect(resetIn(text)).toEqual(afterMs === null ? null : { afterMs });
  });

  test('of a huge page is short, and read in no time', () => {
    const page = `${'again in 1a'.repeat(200_000)} status 429`;
    expect(troubleFrom(page).message.length).toBeLessThanOrEqual(600);
  });
});

describe('what was used', () => {
  const usage = (inputTokens: number, costUsd: number | null) => ({
    ...{ inputTokens, outputTokens: 1, costUsd },
  });
  const session = (inputTokens: number, costUsd: number | null) => ({
    id: 's',
    counted: usage(inputTokens, costUsd),
  });

  test('is the difference of counters that go on', () => {
    const counted = { over: 'session', usage: usage(3_000, 0.03) } as const;
    expect(settle(counted, session(1_000, 0.01))).toEqual({
      used: { inputTokens: 2_000, outputTokens: 0, costUsd: 0.02 },
      counters: counted.usage,
    });
    expect(settle(counted, null).used).toEqual(counted.usage);
  });

  test('is the whole count of one that began anew', () => {
    expect(usedSince(usage(5_000, 9), usage(200, 0.1))).toMatchObject({
      inputTokens: 200,
      costUsd: 0.1,
    });
  });

  test('is what was counted where it is of the attempt alone', () => {
    const counted = { over: 'step', usage: usage(10, 0.5) } as const;
    const { used, counters } = settle(counted, session(90, 0.25));
    expect(used).toEqual(counted.usage);
    expect(counters).toMatchObject({ inputTokens: 100, costUsd: 0.75 });
  });

  test('is unknown, and not nothing, when nobody counted or knows the price', () => {
    expect(settle(null, null).used.costUsd).toBeNull();
    expect(settle(null, session(7, 0.5)).counters).toEqual(usage(7, 0.5));
    expect(usedSince(usage(1, null), usage(2, 1)).costUsd).toBeNull();
    expect(usedSince(usage(1, 1), usage(2, null)).costUsd).toBeNull();
  });

  test('adds up over attempts, whatever the counters read', () => {
    const reading = fc.integer({ min: 0, max: 1e9 });
    const property = fc.property(fc.array(reading, { minLength: 1 }), (steps) => {
      let [sum, before] = [0, 0];
      for (const step of steps) {
        const now = before + step;
        sum += usedSince(usage(before, 0), usage(now, 0)).inputTokens;
        before = now;
      }
      expect(sum).toBe(steps.reduce((total, step) => total + step, 0));
    });
    fc.assert(property, { numRuns: 100, seed: 1 });
  });
});

describe('a testimony', () => {
  const called = (call: string, input = '{}'): Sign => ({
    ...{ type: 'tool.called', call, tool: 'Bash', input },
  });

  test('counts a call once, however often it is told', () => {
    const told = new Testimony();
    expect([told.hear(called('1')), told.hear(called('1')), told.hear(called('2'))]).toEqual([
      ...[true, false, true],
    ]);
    expect(told.toolCalls).toBe(2);
  });

  test('joins pieces, and begins anew after a call', () => {
    const piece = (text: string): Sign => ({ type: 'text.written', text, piece: 'part' });
    expect(testify([piece('a'), piece('b')]).answer).toBe('ab');
    expect(testify([piece('a'), called('1'), piece('b'), piece('c')]).answer).toBe('bc');
  });

  test('holds no more than it may, whatever is told', () => {
    const text = 'x'.repeat(300_000);
    const signs: Sign[] = Array.from({ length: 3_000 }, (_, at) => [
      called(String(at), String(at)),
      { type: 'permission.asked', tool: `t${at}`, reason: '' } as const,
    ]).flat();
    const told = testify(signs);
    expect(told.denials.size).toBe(20);
    for (let count = 0; count < 10; count += 1) {
      told.hear({ type: 'text.written', text, piece: 'part' });
    }
    expect(told.answer.length).toBe(1024 * 1024);
  });
});

describe('patience', () => {
  const failing = (given: Trouble, times = 1): Testimony =>
    testify(Array.from({ length: times }, () => ({ type: 'request.failed', trouble: given })));

  test('has an end at once where waiting is no use', () => {
    expect(impatience(failing(trouble('auth', 'no')), 0)).toMatchObject({ kind: 'auth' });
    expect(impatience(failing(trouble('exhausted', 'no')), 0)).not.toBeNull();
  });

  test('lasts for a short limit, not for a long one, nor for the third', () => {
    const limit = (afterMs: number) => trouble('quota', 'slow', { afterMs });
    expect(impatience(failing(limit(5_000)), 0)).toBeNull();
    expect(impatience(failing(limit(60_000)), 0)).toMatchObject({ kind: 'quota' });
    expect(impatience(failing(limit(5_000), 3), 0)).toMatchObject({ kind: 'quota' });
    expect(impatience(failing(trouble('quota', 'slow', { atMs: 100_000 })), 95_000)).toBeNull();
    expect(impatience(failing(trouble('quota', 'slow', { atMs: 100_000 })), 0)).not.toBeNull();
  });

  test('lasts for some failures, and begins anew when one goes well', () => {
    const down = trouble('transient', 'down');
    expect(impatience(failing(down, 7), 0)).toBeNull();
    expect(impatience(failing(down, 8), 0)).toMatchObject({ kind: 'transient' });
    const told = failing(down, 7);
    told.hear({ type: 'text.written', text: 'x', piece: 'whole' });
    told.hear({ type: 'request.failed', trouble: down });
    expect(impatience(told, 0)).toBeNull();
  });

  test('has an end when the same call is made again and again', () => {
    const calls = (count: number, input: (at: number) => string): Testimony =>
      testify(
        Array.from({ length: count }, (_, at) => ({
          ...{ type: 'tool.called', call: String(at), tool: 'Bash', input: input(at) },
        })),
      );
    expect(
      impatience(
        calls(99, () => 'ls'),
        0,
      ),
    ).toBeNull();
    expect(
      impatience(
        calls(100, () => 'ls'),
        0,
      ),
    ).toMatchObject({ kind: 'stuck' });
    expect(impatience(calls(1_000, String), 0)).toBeNull();
    expect(
      impatience(
        calls(100, (at) => String(at % 2)),
        0,
      ),
    ).toBeNull();
  });

  test('counts from now', () => {
    expect(waitOf(trouble('quota', '', { atMs: 500 }), 200)).toBe(300);
    expect(waitOf(trouble('quota', '', { atMs: 500 }), 900)).toBe(0);
    expect(waitOf(trouble('quota', ''), 900)).toBe(0);
  });
});

describe('a watchdog', () => {
  /** Time that stands still until it is moved. */
  function world() {
    let now = 0;
    let due: { readonly atMs: number; readonly call: () => void } | null = null;
    const barks: string[] = [];
    const clock: Clock = {
      now: () => now,
      elapsed: () => now,
      breathe: async () => {},
      at: (atMs, call) => {
        due = { atMs, call };
        return () => {
          due = null;
        };
      },
    };
    const bark = ({ message }: Trouble): void => void barks.push(message);
    const dog = new Watchdog({ startWithinMs: 100, silenceMs: 1_000, clock, bark });
    const pass = (ms: number): void => {
      const end = now + ms;
      while (due && due.atMs <= end) {
        const { atMs, call } = due;
        due = null;
        now = atMs;
        call();
      }
      now = end;
    };
    return { dog, barks, pass };
  }

  test('barks when nothing is understood at the start, however much is said', () => {
    const { dog, barks, pass } = world();
    pass(50);
    dog.hear();
    pass(60);
    expect(barks).toEqual(['it said nothing of its work within 100 ms']);
  });

  test('barks after silence, counted from the last word', () => {
    const { dog, barks, pass } = world();
    dog.understand();
    for (let count = 0; count < 5; count += 1) {
      pass(900);
      dog.hear();
    }
    expect(barks).toEqual([]);
    pass(999);
    expect(barks).toEqual([]);
    pass(2);
    expect(barks).toEqual(['it was silent for 1000 ms']);
  });

  test('that rests barks no more', () => {
    const { dog, barks, pass } = world();
    dog.rest();
    pass(10_000);
    expect(barks).toEqual([]);
  });
});

describe('a version', () => {
  test.each([
    ['2.1.329 (Claude Code)', '2.1.329'],
    ['codex-cli 0.169.0', '0.169.0'],
    ['1.18.33\n', '1.18.33'],
    ['no version', null],
  ])('in "%s" is %s', (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  test.each([
    ['1.2.3', '1.2.3', false],
    ['1.2.3', '1.2.4', true],
    ['1.10.0', '1.9.9', false],
    ['0.9.0', '1.0.0', true],
  ])('%s is older than %s: %s', (version, than, expected) => {
    expect(isOlder(version, than)).toBe(expected);
  });
});
