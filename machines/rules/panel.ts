/** A review as a value: who judges, who has, and what came of the last one. */
import type { AgentId, Token } from '../ids.ts';
import type { Fault, Judgement, Outcome } from '../outcome.ts';

export interface Vote extends Judgement {
  readonly reviewer: AgentId;
}

/** How the review of the present attempt stands. */
export type Review =
  /** There is none yet, or none is asked for. */
  { readonly stage: 'none' } | Panel | { readonly stage: 'accepted' };

export interface Panel {
  readonly stage: 'open';
  readonly votes: readonly Vote[];
  /** Reviews that came to nothing. */
  readonly spoilt: number;
  /** Who judges now, or did last; null while nobody was found for the next review. */
  readonly reviewer: AgentId | null;
  /** Fences the review that is under way. */
  readonly token: Token | null;
  /** What the last review came to; null while it is not over. */
  readonly last: ReviewEnding | null;
}

export interface ReviewEnding {
  readonly outcome: Outcome | null;
  /** Why there is no vote; null when there is one. */
  readonly fault: Fault | null;
  /** How long nobody reviews, because of a limit or a stop; null when that is not why. */
  readonly restMs: number | null;
}

export const noReview: Review = { stage: 'none' };
