/** What a memory worker has done in a round, and when it gives up. */
import { messageOf } from '../errors.ts';
import type { Fault } from '../outcome.ts';

/** What one round has done, in numbers. */
export interface UpkeepReport {
  /** Tasks of past runs that were not remembered yet. */
  readonly remembered: number;
  /** Looked at, whether their files are as they were. */
  readonly inspected: number;
  /** That got a vector of the embedding in use, and how many still wait for one. */
  readonly renewed: number;
  readonly outdated: number;
  /** Near-duplicates, and what was over the budget: put away. */
  readonly archived: number;
}

export interface UpkeepInput {
  readonly intervalMs: number;
}

export interface UpkeepContext extends UpkeepInput {
  /** 1 for the first. */
  readonly round: number;
  readonly report: UpkeepReport | null;
  readonly fault: Fault | null;
  /** Rounds in a row that came to nothing. */
  readonly failures: number;
}

/** How it ended, for whoever looks after it. */
export type UpkeepEnding =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'crashed'; readonly fault: Fault };

/** So often in a row, and it ends: whoever looks after it decides. */
export const failuresMax = 3;

export function opened({ intervalMs }: UpkeepInput): UpkeepContext {
  return { intervalMs, round: 0, report: null, fault: null, failures: 0 };
}

export const lateRound: Fault = {
  code: 'memory.timed-out',
  message: 'a round of upkeep did not end in time',
  retryable: true,
};

export const lateOpening: Fault = { ...lateRound, message: 'memory could not be opened in time' };

export function brokenBy(error: unknown): Fault {
  return { code: 'memory.failed', message: messageOf(error), retryable: true };
}

export function begun({ round }: UpkeepContext): Partial<UpkeepContext> {
  return { round: round + 1, report: null, fault: null };
}

export function done(report: UpkeepReport): Partial<UpkeepContext> {
  return { report, failures: 0 };
}

export function failed({ failures }: UpkeepContext, fault: Fault): Partial<UpkeepContext> {
  return { fault, failures: failures + 1 };
}

export function endingOf({ fault }: UpkeepContext): UpkeepEnding {
  return fault === null ? { kind: 'stopped' } : { kind: 'crashed', fault };
}
