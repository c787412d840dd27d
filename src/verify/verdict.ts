/** What verification has to say: a verdict, what it found, and what a plan can take and cost. */

/** One step of a counterexample: who says what to whom; `from` and `to` may be the same. */
export interface TraceStep {
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

export interface Finding {
  /** `budget.too-small`: steady between releases. */
  readonly property: string;
  /** In a sentence, with its place where one is known. */
  readonly message: string;
  /** The shortest way there; empty when it is wrong from the beginning. */
  readonly trace: readonly TraceStep[];
}

/** What no schedule, no failure and no luck can exceed. */
export interface Bound {
  readonly durationMs: number;
  readonly costUsd: number;
  /** Attempts that an agent really begins. */
  readonly calls: number;
}

/** A part of a plan that nothing limits. */
export interface Unbounded {
  readonly what: 'duration' | 'cost' | 'calls';
  /** `agents.coder` */
  readonly key: string;
  /** From 1; 0 for a plan that has no text. */
  readonly line: number;
  readonly message: string;
}

export type Verdict = 'proved' | 'refuted' | 'bounded';
