/** What providers say of their limits, each in its own headers. */
import { expect, test } from 'vitest';
import { limitsIn } from '../../../machines/rules/rate-headers.ts';

const now = Date.parse('2026-11-21T10:00:00Z');

test('as OpenAI and Grok say it', () => {
  const headers = {
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-limit-tokens': '30000',
    'X-RateLimit-Remaining-Requests': '499',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-reset-tokens': '1m12.5s',
  };
  expect(limitsIn(headers, now)).toEqual({
    ...{ requestsPerMinute: 500, tokensPerMinute: 30_000, requestsLeft: 499, tokensLeft: 0 },
    resetAtMs: now + 72_500,
  });
});

test('as Anthropic says it', () => {
  const headers = {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '2026-11-21T10:00:30Z',
    'anthropic-ratelimit-input-tokens-limit': '40000',
    'anthropic-ratelimit-input-tokens-remaining': '39000',
    'retry-after': '20',
  };
  expect(limitsIn(headers, now)).toEqual({
    ...{ requestsPerMinute: 50, tokensPerMinute: 40_000, requestsLeft: 0, tokensLeft: 39_000 },
    resetAtMs: now + 30_000,
  });
});

test('as HTTP says it', () => {
  expect(limitsIn({ 'retry-after-ms': '1500' }, now)).toEqual({ resetAtMs: now + 1_500 });
  expect(limitsIn({ 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT' }, now)).toEqual({
    resetAtMs: now + 60_000,
  });
});

test('and nothing of what makes no sense', () => {
  expect(limitsIn({}, now)).toEqual({});
  const odd = {
    'retry-after': 'soon',
    'x-ratelimit-limit-requests': 'many',
    'x-ratelimit-remaining-requests': '-1',
    'x-ratelimit-limit-tokens': ' ',
  };
  expect(limitsIn(odd, now)).toEqual({});
});
