/** In which order accounts are asked, strategy by strategy. */
import { describe, expect, test } from 'vitest';
import { type Candidate, ordered } from '../../src/accounts/choice.ts';

const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ name, busy: 0, concurrency: null, lent: 0, paceMs: null, price: null, record: null },
  ...more,
});

describe('the order', () => {
  test('of failover is the one they are named in', () => {
    expect(ordered('failover', [candidate('b', { busy: 9 }), candidate('a')], '')).toEqual([
      ...['b', 'a'],
    ]);
  });

  test('of balanced begins with the most room, then with who was asked least', () => {
    const all = [
      candidate('half', { busy: 2, concurrency: 4 }),
      candidate('often', { lent: 5 }),
      candidate('quarter', { busy: 2 }),
      candidate('fresh'),
    ];
    expect(ordered('balanced', all, '')).toEqual(['fresh', 'often', 'quarter', 'half']);
  });

  test('of cheapest puts unknown prices last, and never takes them for nothing', () => {
    const all = [
      candidate('unknown'),
      candidate('dear', { price: 15 }),
      candidate('free', { price: 0 }),
      candidate('also-dear', { price: 15, lent: 1 }),
    ];
    expect(ordered('cheapest', all, '')).toEqual(['free', 'dear', 'also-dear', 'unknown']);
  });

  test('of fastest tries everybody once, then who is quick', () => {
    const all = [candidate('slow', { paceMs: 900 }), candidate('quick', { paceMs: 300 })];
    expect(ordered('fastest', [...all, candidate('new')], '')).toEqual(['new', 'quick', 'slow']);
  });

  test('of sticky is each agent its own, and stays when others come and go', () => {
    const names = ['a', 'b', 'c', 'd'];
    const all = names.map((name) => candidate(name));
    const firsts = Array.from({ length: 40 }, (_, at) => ordered('sticky', all, `agent-${at}`)[0]);
    expect(new Set(firsts)).toEqual(new Set(names));
    for (const [at, first] of firsts.entries()) {
      const fewer = all.filter(({ name }) => name === first || name === 'a');
      expect(ordered('sticky', fewer, `agent-${at}`)[0]).toBe(first);
    }
  });

  test('of learned tries everybody three times, then who needs least time for a success', () => {
    const record = (tried: number, succeeded: number, successMs: number | null) => ({
      record: { tried, succeeded, successMs },
    });
    const all = [
      candidate('hopeless', record(9, 0, null)),
      candidate('quick-but-wrong', record(20, 2, 1_000)),
      candidate('sure', record(20, 20, 2_000)),
      candidate('sure-and-dear', { ...record(20, 20, 2_000), price: 9 }),
      candidate('sure-and-cheap', { ...record(20, 20, 2_000), price: 1 }),
      candidate('lucky', record(2, 2, 1)),
      candidate('new'),
    ];
    expect(ordered('learned', all, '')).toEqual([
      ...['new', 'lucky', 'sure-and-cheap', 'sure-and-dear', 'sure'],
      ...['quick-but-wrong', 'hopeless'],
    ]);
  });
});
