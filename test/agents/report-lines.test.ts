/** What a program may tell of its attempt in lines of JSON on stderr. */
import { describe, expect, test } from 'vitest';
import { ReportLines } from '../../src/agents/listening/report-lines.ts';

function told(...lines: readonly (object | string)[]): ReportLines {
  const report = new ReportLines(() => 1_000);
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  report.hear(texts.join('\n'));
  report.end();
  return report;
}

const free = { isPaid: false };
const paid = { isPaid: true };

describe('a program that tells', () => {
  test('what it used is believed, line by line', () => {
    const usage = { troupe: 'usage', inputTokens: 100, outputTokens: 10, costUsd: 0.25 };
    expect(told(usage, 'noise', { ...usage, cachedTokens: 40 }).usageOf(paid)).toEqual({
      ...{ inputTokens: 200, outputTokens: 20, cachedTokens: 40, costUsd: 0.5 },
    });
    const { costUsd: _, ...unpriced } = usage;
    expect(told(usage, unpriced).usageOf(paid).costUsd).toBeNull();
    expect(told({ ...usage, costUsd: -1 }).usageOf(paid).costUsd).toBeNull();
  });

  test('nothing has cost nothing, unless somebody pays for it', () => {
    expect(told('done').usageOf(free).costUsd).toBe(0);
    expect(told('done').usageOf(paid).costUsd).toBeNull();
    expect(told({ troupe: 'limited' }).usageOf(paid).costUsd).toBe(0);
  });

  test('what kept it from its work', () => {
    const of = (line: object) => told(line).trouble;
    expect(of({ troupe: 'limited', retryAfterMs: 5_000, message: '429' })).toEqual({
      ...{ kind: 'quota', message: '429', until: { afterMs: 5_000 } },
    });
    expect(of({ troupe: 'limited' })).toMatchObject({ until: { afterMs: 30_000 } });
    expect(of({ troupe: 'limited', retryAfterMs: -7 })).toMatchObject({
      until: { afterMs: 1_000 },
    });
    expect(of({ troupe: 'exhausted' })).toMatchObject({ kind: 'exhausted' });
    expect(of({ troupe: 'unauthorized', message: '401' })).toMatchObject({ kind: 'auth' });
  });

  test('what its provider said of its limits', () => {
    const headers = { 'x-ratelimit-remaining-requests': 0, 'retry-after': '30' };
    expect(told({ troupe: 'headers', headers }).limits).toEqual({
      ...{ requestsLeft: 0, resetAtMs: 31_000 },
    });
  });

  test('nonsense is not heard', () => {
    const report = told('{"troupe":', '"troupe"', { troupe: 'dance' }, { troupe: 7 }, '[]');
    expect([report.trouble, report.limits, report.usageOf(free).costUsd]).toEqual([null, null, 0]);
  });
});
