/** What an attempt used, from counters that may go on from earlier attempts. */
import { noUsage, type Session, type Usage, unknownUsage } from '../../../machines/outcome.ts';

/** What was counted, and what it is the sum of. */
export interface Counted {
  readonly over: 'step' | 'attempt' | 'session';
  readonly usage: Usage;
}

export function added(one: Usage, other: Usage): Usage {
  const cachedTokens = (one.cachedTokens ?? 0) + (other.cachedTokens ?? 0);
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...(cachedTokens > 0 && { cachedTokens }),
    costUsd: one.costUsd === null || other.costUsd === null ? null : one.costUsd + other.costUsd,
  };
}

/** A counter that is lower than before began anew. */
const since = (before: number, now: number): number => (now < before ? now : now - before);

/** The difference of two readings of counters that only rise. */
export function usedSince(before: Usage, now: Usage): Usage {
  const isPriced = before.costUsd !== null && now.costUsd !== null;
  return {
    inputTokens: since(before.inputTokens, now.inputTokens),
    outputTokens: since(before.outputTokens, now.outputTokens),
    costUsd: isPriced ? rounded(since(before.costUsd, now.costUsd)) : null,
  };
}

/** Sums of tenths of cents pick up what no money is: 0.009000000000000001. */
const rounded = (usd: number): number => Number(usd.toFixed(9));

/** What this attempt used, and where the session's own counters stand after it. */
export function settle(
  counted: Counted | null,
  earlier: Session | null,
): { readonly used: Usage; readonly counters: Usage } {
  const before = earlier?.counted ?? noUsage;
  if (counted === null) return { used: unknownUsage, counters: before };
  if (counted.over !== 'session') {
    const used = { ...counted.usage, costUsd: roundedCost(counted.usage) };
    return { used, counters: added(before, used) };
  }
  return { used: usedSince(before, counted.usage), counters: counted.usage };
}

const roundedCost = ({ costUsd }: Usage): number | null =>
  costUsd === null ? null : rounded(costUsd);
