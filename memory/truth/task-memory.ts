/** What is remembered of a finished task. */

export type Outcome = 'succeeded' | 'failed' | 'cancelled';

/** One thing the runtime saw when it looked at the work. */
export interface Look {
  readonly kind: string;
  readonly passed: boolean;
  readonly summary: string;
}

/** A file the task has touched, as it was when the task ended. */
export interface TouchedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface FinishedTask {
  readonly runId: string;
  readonly taskId: string;
  readonly role: string;
  readonly adapter: string;
  readonly outcome: Outcome;
  /** What was asked: later tasks are compared with it. */
  readonly prompt: string;
  /** In short, what was done; of a failed one, what it came to. */
  readonly solution: string;
  /** Why it failed; null when it did not. */
  readonly fault: string | null;
  readonly evidence: readonly Look[];
  readonly files: readonly TouchedFile[];
  readonly gitCommit: string | null;
  /** Null when nobody knows. */
  readonly costUsd: number | null;
  readonly durationMs: number;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
}

export interface TaskMemory extends FinishedTask {
  readonly id: number;
  /** The newer one that was asked the same and succeeded. */
  readonly supersededBy: number | null;
  readonly pinned: boolean;
}
