/** What is believed of a worker without a parser: nothing that the parser would not believe. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { isPlainEnd } from '../../src/workers/plain-end.ts';
import { toldSchema } from '../../src/workers/wire.ts';

const plain = () => ({
  type: 'work.ended',
  ticket: 'abc-7',
  events: [{ type: 'agent.started', pid: null }],
  outcome: {
    kind: 'succeeded',
    durationMs: 5,
    output: { path: '', bytes: 4, sha256: 'ab', text: 'done' },
    usage: { inputTokens: 1, outputTokens: 2, costUsd: null },
    evidence: [
      { kind: 'exit', passed: true, summary: 'it ended well', facts: { code: 0, a: 'b' } },
    ],
  },
  parcel: { id: 'empty', files: [] },
});

const odd: readonly unknown[] = [
  ...[null, undefined, true, '', 'x', -1, 0, 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY],
  ...[[], [null], {}, { type: 'agent.started', pid: 1 }, 'x'.repeat(70_000), 'failed', 'turn'],
  ...[{ id: 'x', files: [] }, { a: { b: 1 } }, { a: null }, JSON.parse('{"__proto__":1}')],
];

/** One place of it is something else, is gone, or has one more field. */
function changed(value: unknown, random: { next: () => number }): unknown {
  const pick = <Each>(list: readonly Each[]): Each => list[random.next() % list.length] as Each;
  if (typeof value !== 'object' || value === null || random.next() % 5 === 0) return pick(odd);
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = Object.keys(copy);
  if (names.length === 0 || random.next() % 8 === 0) return { ...copy, more: pick(odd) };
  const name = pick(names);
  if (random.next() % 8 === 0) delete copy[name];
  else copy[name] = changed(copy[name], random);
  return copy;
}

describe('the end of an attempt', () => {
  test.each([
    ['as it mostly is', plain()],
    ['with a number of its process', { ...plain(), events: [{ type: 'agent.started', pid: 7 }] }],
    ['with nothing told', { ...plain(), events: [] }],
  ])('%s is known without a parser', (_, value) => {
    expect(isPlainEnd(value)).toBe(true);
    expect(toldSchema.parse(value)).toEqual(value);
  });

  test('is never believed when its schema refuses it', () => {
    const random = seededRandom(1);
    const seen = { believed: 0, refused: 0 };
    for (let count = 0; count < 30_000; count += 1) {
      const value = changed(plain(), random);
      if (!isPlainEnd(value)) {
        seen.refused += 1;
        continue;
      }
      seen.believed += 1;
      const told = toldSchema.safeParse(value);
      expect(told.success ? told.data : told.error).toEqual(value);
    }
    expect(seen.believed).toBeGreaterThan(500);
    expect(seen.refused).toBeGreaterThan(500);
  });
});
