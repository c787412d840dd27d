/** Which runs may go: those that are over, old enough, and that nobody asked to keep. */
import type { RunStatus } from './view.ts';

export interface KeptRun {
  readonly id: string;
  /** Null: its files can't be made sense of, and a person should look at them first. */
  readonly status: RunStatus | null;
  /** Whether a process works on it. */
  readonly alive: boolean;
  /** When it was last heard of, ms since the epoch. */
  readonly at: number;
}

export interface PrunePolicy {
  /** Those that were heard of since stay; null: the age does not matter. */
  readonly olderThanMs: number | null;
  /** The newest ones that could go stay, so many of them. */
  readonly keep: number;
  /** Those that failed stay, whatever their age. */
  readonly keepFailed: boolean;
  /** Also those that were stopped and could still be resumed. */
  readonly stopped: boolean;
}

/** Newest first. */
export function toPrune<Run extends KeptRun>(
  runs: readonly Run[],
  policy: PrunePolicy,
  nowMs: number,
): readonly Run[] {
  const over = runs.filter((run) => mayGo(run, policy)).sort((a, b) => b.at - a.at);
  const { olderThanMs } = policy;
  const spare = over.slice(policy.keep);
  return spare.filter(({ at }) => olderThanMs === null || nowMs - at > olderThanMs);
}

function mayGo({ status, alive }: KeptRun, { keepFailed, stopped }: PrunePolicy): boolean {
  if (alive || status === null) return false;
  switch (status) {
    case 'planning':
    case 'running':
      return stopped;
    case 'failed':
      return !keepFailed;
    case 'succeeded':
    case 'cancelled':
      return true;
  }
}
