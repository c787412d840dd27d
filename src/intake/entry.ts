/** One piece of work that a house has taken upon itself, and how it came out. */
import type { TaskResult } from '../runs/results.ts';
import type { Asked } from './task-file.ts';

/** Written once, when it is taken, and never changed. */
export interface Entry {
  /** Of a task its id; of a schedule its name and time, `nightly@20260102T060000Z`. */
  readonly key: string;
  readonly from:
    | { readonly kind: 'inbox'; readonly hash: string }
    | { readonly kind: 'schedule'; readonly schedule: string; readonly dueMs: number };
  readonly work:
    | { readonly kind: 'task'; readonly asked: Asked }
    | { readonly kind: 'plan'; readonly file: string };
  readonly priority: number;
  /** Milliseconds since the epoch. */
  readonly takenAt: number;
  /** The name that is reserved for its run: it has begun when there is such a run. */
  readonly run: string;
}

/** As the outbox has it: the result of the task, and where it was worked on. */
export type Answer = TaskResult & {
  /** Null: it was never begun. */
  readonly run: string | null;
};

export interface Finished {
  readonly entry: Entry;
  readonly answer: Answer;
}

/** Highest priority first, then whoever came first. */
export function byUrgency(one: Entry, other: Entry): number {
  return (
    other.priority - one.priority || one.takenAt - other.takenAt || compare(one.key, other.key)
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
