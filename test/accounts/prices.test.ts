/** What models cost: the table, what wins over it, and what nobody knows. */
import { describe, expect, test } from 'vitest';
import { costOf, priced, pricedAt, priceOf, weight } from '../../src/accounts/prices.ts';

const usage = { inputTokens: 1_000_000, outputTokens: 100_000, costUsd: null };

describe('a price', () => {
  test('is found by how a model begins, with its date, behind its provider', () => {
    expect(priceOf('claude-sonnet-4-5-20250929')).toMatchObject({ input: 3, output: 15 });
    expect(priceOf('gpt-5-2025-08-07')).toMatchObject({ input: 1.25 });
    expect(priceOf('xai/grok-4-0709')).toMatchObject({ output: 15 });
    expect(pricedAt).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('of one model is none of another', () => {
    expect(priceOf('gpt-5-mini')).toMatchObject({ input: 0.25 });
    for (const name of ['gpt-50', 'gpt-5-ultra', 'grok-4-something', 'llama', '', null]) {
      expect(priceOf(name)).toBeNull();
    }
  });

  test('of a person wins', () => {
    const own = { 'gpt-5': { input: 1, output: 1, cached: null } };
    expect(priceOf('GPT-5', own)).toMatchObject({ output: 1 });
    expect(priceOf('gpt-5-mini', own)).toMatchObject({ input: 0.25 });
  });

  test('is worked out with what was cached, and never below what is known', () => {
    const price = { input: 2, output: 10, cached: 0.5 };
    expect(costOf(usage, price)).toBe(3);
    expect(costOf({ ...usage, cachedTokens: 400_000 }, price)).toBe(2.4);
    expect(costOf({ ...usage, cachedTokens: 400_000 }, { ...price, cached: null })).toBe(3);
    expect(costOf({ ...usage, cachedTokens: 9e9 }, price)).toBe(1.5);
    expect(weight(price)).toBeCloseTo(2.727);
  });

  test('fills in what was not told, and nothing else', () => {
    const price = { input: 2, output: 10, cached: null };
    expect(priced(usage, price).costUsd).toBe(3);
    expect(priced({ ...usage, costUsd: 7 }, price).costUsd).toBe(7);
    expect(priced(usage, null).costUsd).toBeNull();
    expect(priced({ ...usage, inputTokens: 0, outputTokens: 0 }, price).costUsd).toBeNull();
  });
});
