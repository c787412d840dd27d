/** A run in one record, as `ps` shows it to people and to programs. */
import type { RunSummary, RunView, Troupe } from '../../src/index.ts';

export type RunState =
  | 'running'
  /** Nobody works on it; it can be resumed. */
  | 'stopped'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  /** Its files can't be made sense of. */
  | 'unreadable';

export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly status: RunState;
  /** Tasks that will not change any more. */
  readonly done: number;
  /** Those of them that came to something. */
  readonly succeeded: number;
  readonly total: number;
  /** Null while a price is unknown. */
  readonly costUsd: number | null;
  /** Milliseconds since the epoch; null when nobody knows. */
  readonly startedAt: number | null;
  /** Of the process that works on it. */
  readonly pid: number | null;
  /** Why it is not well; empty when it is. */
  readonly reason: string;
}

export function recordOf({ view, owner, orderedAt }: RunSummary): RunRecord {
  const { id, name, counts, total, costUsd, reason } = view;
  return {
    id,
    name,
    status: stateOf(view, owner !== null),
    succeeded: counts.succeeded,
    done: counts.succeeded + counts.failed + counts.skipped + counts.cancelled,
    total,
    costUsd,
    startedAt: orderedAt,
    pid: owner?.pid ?? null,
    reason,
  };
}

function stateOf({ status }: RunView, alive: boolean): RunState {
  switch (status) {
    case 'planning':
    case 'running':
      return alive ? 'running' : 'stopped';
    default:
      return status;
  }
}

/** Newest first, one at a time: each is replayed, and together they may be large. */
export async function* allRecords(troupe: Troupe): AsyncGenerator<RunRecord> {
  for (const id of await troupe.names()) yield await readRecord(troupe, id);
}

/** A damaged run must not hide the others. */
async function readRecord(troupe: Troupe, id: string): Promise<RunRecord> {
  try {
    return recordOf(await troupe.look(id));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const unknown = { done: 0, succeeded: 0, total: 0, costUsd: null, startedAt: null, pid: null };
    return { id, name: id, status: 'unreadable', ...unknown, reason };
  }
}
