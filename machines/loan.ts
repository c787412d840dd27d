/** What is agreed when an account is lent: its limits, how a loan ends, when to ask again. */

/** Null: no limit. */
export interface AccountLimits {
  readonly concurrency: number | null;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly usdPerDay: number | null;
  readonly usdMax: number | null;
}

/** Ask again once somebody has given it back, at a time, or when a person has mended it. */
export type Again =
  | { readonly kind: 'soon' }
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'never' };

/** What a provider answered that has to do with the account and not with the task. */
export type AccountTrouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'limited'; readonly untilMs: number }
  /** No credit, or a quota; null when nobody knows until when. */
  | { readonly kind: 'exhausted'; readonly reason: string; readonly untilMs: number | null }
  | { readonly kind: 'revoked'; readonly reason: string };

export interface LoanEnding {
  /** Null when nobody knows. */
  readonly costUsd: number | null;
  readonly tokens: number;
  /** How long an attempt took that went well; null for any other. */
  readonly paceMs: number | null;
  readonly trouble: AccountTrouble;
}

/** Only what was said is there. */
export interface LearnedLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly requestsLeft?: number;
  readonly tokensLeft?: number;
  /** When what has run out comes back. */
  readonly resetAtMs?: number;
}
