/** What models cost: a dated table, what a person knows better, and nothing that is guessed. */
import type { Usage } from '../../machines/outcome.ts';

/** Dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of input that was seen just before; null: as what was not. */
  readonly cached: number | null;
}

/** When the table was made; a person's own prices win over it. */
export const pricedAt = '2025-11-01';

/** By how a model's name begins, the longest that fits; of two list prices the dearer one. */
const table: Readonly<Record<string, Price>> = {
  'claude-opus-4-5': { input: 5, output: 25, cached: 0.5 },
  'claude-opus-4': { input: 15, output: 75, cached: 1.5 },
  'claude-sonnet-4': { input: 3, output: 15, cached: 0.3 },
  'claude-3-7-sonnet': { input: 3, output: 15, cached: 0.3 },
  'claude-haiku-4-5': { input: 1, output: 5, cached: 0.1 },
  'claude-3-5-haiku': { input: 0.8, output: 4, cached: 0.08 },
  'gpt-5': { input: 1.25, output: 10, cached: 0.125 },
  'gpt-5-mini': { input: 0.25, output: 2, cached: 0.025 },
  'gpt-5-nano': { input: 0.05, output: 0.4, cached: 0.005 },
  'gpt-5-codex': { input: 1.25, output: 10, cached: 0.125 },
  'gpt-4.1': { input: 2, output: 8, cached: 0.5 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6, cached: 0.1 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4, cached: 0.025 },
  'gpt-4o': { input: 2.5, output: 10, cached: 1.25 },
  'gpt-4o-mini': { input: 0.15, output: 0.6, cached: 0.075 },
  'o4-mini': { input: 1.1, output: 4.4, cached: 0.275 },
  'gemini-2.5-pro': { input: 2.5, output: 15, cached: 0.625 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5, cached: 0.075 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4, cached: 0.025 },
  'grok-4': { input: 3, output: 15, cached: 0.75 },
  'grok-4-fast': { input: 0.2, output: 0.5, cached: 0.05 },
  'grok-code-fast-1': { input: 0.2, output: 1.5, cached: 0.02 },
  'grok-3': { input: 3, output: 15, cached: 0.75 },
  'grok-3-mini': { input: 0.3, output: 0.5, cached: 0.075 },
};

export type Prices = Readonly<Record<string, Price>>;

/** Null: nobody knows. A name may begin with its provider, `xai/grok-4`. */
export function priceOf(model: string | null, own: Prices = {}): Price | null {
  if (model === null) return null;
  const name = model.toLowerCase();
  return longest(own, name) ?? longest(table, name) ?? longest(table, name.replace(/^.*\//, ''));
}

/** `gpt-5` is no price of `gpt-50`, nor of another model of that family with a name of its own. */
function longest(prices: Prices, model: string): Price | null {
  const fitting = Object.keys(prices).filter((name) => {
    const key = name.toLowerCase();
    return model === key || (model.startsWith(key) && /^[-@:]\d/.test(model.slice(key.length)));
  });
  const [best] = fitting.sort((one, other) => other.length - one.length);
  return best === undefined ? null : (prices[best] ?? null);
}

/** In dollars, to the billionth: sums of tenths of cents pick up what no money is. */
export function costOf(
  { inputTokens, outputTokens, cachedTokens = 0 }: Usage,
  price: Price,
): number {
  const cached = Math.min(cachedTokens, inputTokens);
  const { input, output, cached: seen } = price;
  const millionths =
    (inputTokens - cached) * input + cached * (seen ?? input) + outputTokens * output;
  return Number((millionths / 1e6).toFixed(9));
}

/** What an attempt cost: as it was told, else by its tokens, else unknown. */
export function priced(usage: Usage, price: Price | null): Usage {
  const isCounted = usage.inputTokens + usage.outputTokens > 0;
  if (usage.costUsd !== null || price === null || !isCounted) return usage;
  return { ...usage, costUsd: costOf(usage, price) };
}

/** One number to compare prices by: agents read about ten times what they write. */
export function weight({ input, output }: Price): number {
  return (10 * input + output) / 11;
}
