/** How facts tell of the end of a task, or of the run. */
import type { Fact, Settled } from '../../../machines/events.ts';

export interface Ending {
  readonly n: number;
  readonly at: number;
  readonly status: Settled;
}

/** Null for a fact that ends no task. */
export function endOf({ type }: Fact): Settled | null {
  switch (type) {
    case 'task.succeeded':
    case 'task.failed':
    case 'task.skipped':
    case 'task.cancelled':
      return type.slice('task.'.length) as Settled;
    default:
      return null;
  }
}

export function endOfRun({ type }: Fact): 'succeeded' | 'failed' | 'cancelled' | null {
  switch (type) {
    case 'run.succeeded':
    case 'run.failed':
    case 'run.cancelled':
      return type.slice('run.'.length) as 'succeeded';
    default:
      return null;
  }
}

/** Result files say `completed` of what the machines call `succeeded`. */
export function isSame(status: Settled, written: string): boolean {
  return written === status || (status === 'succeeded' && written === 'completed');
}

/** Whether a fact says that the task has given its place for work back. */
export function givesUpPlace(fact: Fact): boolean {
  return fact.type === 'task.retrying' || fact.type === 'task.parked' || endOf(fact) !== null;
}
