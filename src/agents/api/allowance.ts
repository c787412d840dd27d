/** What an attempt may still use: turns, tokens and money, looked at before each call. */
import type { Usage } from '../../../machines/outcome.ts';
import { type Trouble, trouble } from '../trouble.ts';

export interface Caps {
  /** Null: no limit. */
  readonly maxTurns: number | null;
  readonly maxTokens: number | null;
  readonly budgetUsd: number | null;
}

/** Null: nobody knows the price. */
export type PriceOf = (usage: Usage) => number | null;

export interface Asked {
  readonly caps: Caps;
  readonly priceOf: PriceOf;
  /** Turns that were taken. */
  readonly turns: number;
  readonly used: Usage;
  /** What the next call puts before the model. */
  readonly characters: number;
  /** How much that was in the call before this one, as it was counted; 0 for the first. */
  readonly lastInputTokens: number;
}

export type Allowance =
  /** `outputTokensMax` null: as many as the model likes. */
  | { readonly kind: 'granted'; readonly outputTokensMax: number | null }
  | { readonly kind: 'spent'; readonly trouble: Trouble };

/** Turns of an attempt whose plan names no limit: one that needs more goes in circles. */
const turnsMax = 200;
/** A call that may say less than this is not worth its input. */
const outputTokensMin = 256;
/** No language that models know takes fewer characters a token than this, on average. */
const charactersPerToken = 2.5;

/** Reserved before the call, at its dearest: a check after it would be too late. */
export function allowance(asked: Asked): Allowance {
  const { caps, turns, used } = asked;
  const { maxTurns, maxTokens, budgetUsd } = caps;
  if (turns >= (maxTurns ?? turnsMax)) {
    return spent('turns', `its ${maxTurns ?? turnsMax} turns are taken`);
  }
  const guessed = Math.ceil(asked.characters / charactersPerToken);
  const inputTokens = Math.max(guessed, asked.lastInputTokens);
  const left = [Number.POSITIVE_INFINITY];
  if (maxTokens !== null) {
    left.push(maxTokens - used.inputTokens - used.outputTokens - inputTokens);
    if (Math.min(...left) < outputTokensMin) return spent('budget', wordsOf(maxTokens, used));
  }
  if (budgetUsd !== null) {
    const affordable = affordableTokens(asked, budgetUsd, inputTokens);
    if (affordable === null) return spent('budget', 'nobody knows what it has cost so far');
    left.push(affordable);
    if (affordable < outputTokensMin) return spent('budget', moneyWords(budgetUsd, used));
  }
  const most = Math.min(...left);
  return { kind: 'granted', outputTokensMax: Number.isFinite(most) ? Math.floor(most) : null };
}

const spent = (kind: 'turns' | 'budget', message: string): Allowance => ({
  kind: 'spent',
  trouble: trouble(kind, message),
});

const wordsOf = (maxTokens: number, { inputTokens, outputTokens }: Usage): string =>
  `of ${maxTokens} tokens ${inputTokens + outputTokens} are used, too many for another call`;

const moneyWords = (budgetUsd: number, { costUsd }: Usage): string =>
  `of ${budgetUsd} USD ${costUsd} are spent, too much for another call`;

/** How much the answer may be long for the money that is left. */
function affordableTokens(asked: Asked, budgetUsd: number, inputTokens: number): number | null {
  const { used, priceOf } = asked;
  const million = { inputTokens: 0, outputTokens: 1_000_000, costUsd: null };
  const outputUsd = priceOf(million);
  const inputUsd = priceOf({ inputTokens, outputTokens: 0, costUsd: null });
  if (used.costUsd === null || outputUsd === null) return null;
  const leftUsd = budgetUsd - used.costUsd - (inputUsd ?? 0);
  return outputUsd === 0 ? Number.POSITIVE_INFINITY : (leftUsd / outputUsd) * 1_000_000;
}
