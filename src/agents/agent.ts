/** The contract of an agent program: given one attempt of one task, it ends with one outcome. */
import type { AgentId, RoleName, TaskId, Token } from '../../machines/ids.ts';
import type { Earlier, Fault, Outcome } from '../../machines/outcome.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Sign } from './listening/sign.ts';

/** One attempt, with every template already filled in. */
export interface Assignment {
  readonly task: TaskId;
  readonly role: RoleName;
  readonly agent: AgentId;
  /** Fences the attempt; unique in the run. */
  readonly token: Token;
  /** 1 for the first. */
  readonly attempt: number;
  readonly prompt: string;
  /** The program and its arguments; empty for an adapter that brings its own. */
  readonly argv: readonly string[];
  /** What the plan adds to the environment's allow-list. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute: where the program works. */
  readonly cwd: string;
  /** Absolute, existing: files left here are the task's artifacts. */
  readonly artifactsFolder: string;
  readonly timeoutMs: number;
  /** Repeats a simulated agent's luck. */
  readonly seed: number;
  /** What came of the attempt before; absent for the first. */
  readonly earlier?: Earlier;
  /** The account that pays for it; absent: whoever the machine is logged in as. */
  readonly account?: string;
  /** Which of `env` hold keys: what is printed of their values is not kept. */
  readonly secrets?: readonly string[];
}

/** What an attempt tells while it runs. None of it is believed; it is for people to watch. */
export type AgentEvent =
  | { readonly type: 'agent.started'; readonly pid: number | null }
  /** The raw words of a program that speaks no protocol, or stands beside it (stderr). */
  | { readonly type: 'agent.said'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** Which account it uses; what of that account's money is nearly spent. */
  | { readonly type: 'account.leased'; readonly account: string }
  | {
      readonly type: 'account.warned';
      readonly account: string;
      readonly cap: 'day' | 'total';
      readonly spentUsd: number;
      readonly limitUsd: number;
    }
  /** Its context is so full, of a hundred; at the last mark its work is handed over. */
  | { readonly type: 'context.warned'; readonly percent: number }
  /** It waits for a person to allow what it wants to do; then what they said. */
  | ({ readonly type: 'permission.requested' } & Question)
  | ({ readonly type: 'permission.answered' } & Question & Leave)
  | Sign;

/** What an agent wants to do and may not do by itself. */
export interface Question {
  readonly tool: string;
  /** What it would do with it, shortened for a person. */
  readonly input: string;
}

export interface Leave {
  readonly answer: 'allow' | 'deny';
  /** Who gave it. */
  readonly by: string;
}

export interface AgentWorld {
  readonly clock: Clock;
  /** Of the attempt: the adapter then ends everything it started, and settles. */
  readonly cancellation: Cancellation;
  readonly tell: (event: AgentEvent) => void;
  /** Asks a person, however long that takes; never rejects. Absent: there is nobody to ask. */
  readonly ask?: (question: Question) => Promise<Leave>;
}

/**
 * Promises of every adapter:
 * - `open` and `work` never throw and never reject: a failure is a value.
 * - `work` settles exactly once, also when it is cancelled, and leaves no process behind.
 * - two calls of `work` may overlap; they share nothing.
 * - what it starts sees `assignment.env`; the assignment itself is only read.
 * - nothing is told before the attempt has started, nor once `work` has settled.
 */
export interface Adapter {
  readonly name: string;
  /** Looks whether the agent can work at all (the program exists), before any task is risked. */
  open(): Promise<Fault | null>;
  work(assignment: Assignment, world: AgentWorld): Promise<Outcome>;
  /** What an attempt left behind whose runtime was killed. Only where an agent leaves something. */
  recall?(attempt: LostAttempt): Promise<Left>;
}

export type LostAttempt = Pick<Assignment, 'task' | 'token' | 'earlier'>;

/** A session to go on with, and what is known to be used. */
export type Left = Pick<Outcome, 'session' | 'usage'>;
