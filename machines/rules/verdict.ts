/** What the runtime is asked to check of an attempt, and what it answers. */
import type { TaskId, Token } from '../ids.ts';
import type { Evidence, Fault, Outcome } from '../outcome.ts';

/** What the runtime found when it ran the plan's checks. */
export interface Verdict {
  readonly evidence: readonly Evidence[];
  /** Null when every check passed. */
  readonly fault: Fault | null;
}

export interface VerifyInput {
  readonly task: TaskId;
  readonly token: Token | null;
  readonly attempt: number;
  readonly outcome: Outcome | null;
  /** `whole`: all there is to look at; `own`: before others judge it; `final`: once they have. */
  readonly look: 'whole' | 'own' | 'final';
}
