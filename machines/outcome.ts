/** What comes back from an attempt: its outcome, what the runtime saw, and what went wrong. */
import type { RoleName } from './ids.ts';
import type { LearnedLimits } from './loan.ts';
import type { TaskSpec } from './plan.ts';

/** The world failing, as data: a person reads `message`, a rule reads `code` and `retryable`. */
export interface Fault {
  /** A noun and a participle, `agent.timed-out`. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** One thing the runtime saw with its own eyes; never something an agent said. */
export interface Evidence {
  /** `exit`, `file`, `run` or `schema`: which kind of look it was. */
  readonly kind: string;
  readonly passed: boolean;
  /** One line for a person: `npm test exited 0`. */
  readonly summary: string;
  /** Exit codes, sizes in bytes, sha256 hashes, durations in ms. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** Where an attempt's full output lies, and a hash that binds the record to it. */
export interface OutputRef {
  /** The file under the run's folder, with `/`; empty when the output is inline. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The whole output when it is short, its end otherwise. */
  readonly text: string;
}

/** Counters an agent reported, priced or not. `costUsd` is null when nobody knows the price. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How many of the input tokens the provider had seen just before; absent: nobody said. */
  readonly cachedTokens?: number;
  readonly costUsd: number | null;
}

/** An agent's own memory of its work, for the next attempt to go on with. */
export interface Session {
  /** The agent's name for it. */
  readonly id: string;
  /** Where the agent's own counters stood, when they go on from attempt to attempt. */
  readonly counted: Usage;
}

/** What a reviewer says of another's work. */
export interface Judgement {
  readonly accepts: boolean;
  readonly reasons: readonly string[];
}

/** What an agent wants to do in the middle of an attempt, and must not without a person's word. */
export interface Question {
  /** Unique in the run. */
  readonly id: string;
  readonly tool: string;
  /** What it would do with it, shortened. */
  readonly input: string;
}

/** What a person said to that, for an attempt that asks the same again. */
export interface Answered {
  readonly tool: string;
  readonly input: string;
  readonly answer: 'allow' | 'deny';
  readonly by: string;
}

/** What whoever goes on with the work must know. */
export interface HandoffNote {
  readonly done: readonly string[];
  readonly open: readonly string[];
  readonly decisions: readonly string[];
  readonly files: readonly string[];
  readonly next: string;
  /** Which role is to go on; absent: its own. */
  readonly to?: RoleName;
  /** The person who says that nothing is left to do; absent: an agent goes on. */
  readonly finishedBy?: string;
}

/** A skill that an attempt was told, and which version of it. */
export interface GivenSkill {
  readonly name: string;
  readonly sha256: string;
  /** What it added to the prompt; 0: it was only named. */
  readonly tokens: number;
}

interface Measured {
  readonly durationMs: number;
  readonly output: OutputRef;
  readonly usage: Usage;
  readonly evidence: readonly Evidence[];
  /** Absent when there is none to go on with. */
  readonly session?: Session;
  /** Of an attempt that was a review: what it came to; absent when nobody could read that. */
  readonly judgement?: Judgement;
  /** What its provider said of the limits of its account; absent when it said nothing. */
  readonly limits?: LearnedLimits;
  /** What people said while it worked, when it did not come to its end. */
  readonly answers?: readonly Answered[];
  /** Of an attempt that somebody else is to go on with; absent: nobody is. */
  readonly handoff?: HandoffNote;
  /** What is to be done by others before it can go on; absent: nothing. */
  readonly subtasks?: readonly TaskSpec[];
  /** Which skills it was given; absent: none. */
  readonly skills?: readonly GivenSkill[];
  /** Which agent played a role that any may play; absent: the one that its role names. */
  readonly chosen?: string;
}

/** Exactly one ends every attempt. */
export type Outcome =
  | ({ readonly kind: 'succeeded' } & Measured)
  | ({ readonly kind: 'failed'; readonly fault: Fault } & Measured)
  /** A rate limit or quota: not the task's fault. `waitMs` from the end of the attempt. */
  | ({ readonly kind: 'limited'; readonly fault: Fault; readonly waitMs: number } & Measured)
  /** The runtime, or the session, went away under the attempt: not the task's fault either. */
  | ({ readonly kind: 'interrupted'; readonly fault: Fault } & Measured);

/** What the attempt before came to, so that the next one can go on from there. */
export interface Earlier {
  readonly fault: Fault;
  readonly session: Session | null;
  /** What was looked at and found wrong; absent: nothing was. */
  readonly failed?: readonly Evidence[];
  /** Absent: nobody was asked, or what was said counts no more. */
  readonly answers?: readonly Answered[];
  /** Of whoever worked on it before; absent: nobody handed it over. */
  readonly note?: HandoffNote;
}

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
/** Nobody has counted, and that is not the same as nothing. */
export const unknownUsage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: null };
export const noOutput: OutputRef = { path: '', bytes: 0, sha256: '', text: '' };
