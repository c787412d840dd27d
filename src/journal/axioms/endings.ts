/** How facts tell of the end of a task, or of the run. */
import type { Fact, Settled } from '../../../machines/events.ts';
import type { AgentId, RoleName } from '../../../machines/ids.ts';

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

export interface WorkBegun {
  readonly agent: AgentId | null;
  /** Null: the task's own. */
  readonly role: RoleName | null;
  readonly name: string;
}

/** A fact that says who takes a place for work; null for any other. */
export function workBegun(fact: Fact): WorkBegun | null {
  switch (fact.type) {
    case 'task.assigned':
      return { agent: fact.agent, role: fact.role ?? null, name: `attempt ${fact.attempt}` };
    case 'review.assigned':
      return { agent: fact.reviewer, role: fact.role, name: `a review of ${fact.attempt}` };
    default:
      return null;
  }
}

const placesEnd: ReadonlySet<Fact['type']> = new Set([
  ...(['task.retrying', 'task.parked', 'task.delegated'] as const),
  ...(['task.reviewing', 'review.ended', 'task.held', 'task.escalated'] as const),
]);

/** Whether a fact says that the task has given its place for work back. */
export function givesUpPlace(fact: Fact): boolean {
  return placesEnd.has(fact.type) || endOf(fact) !== null;
}
