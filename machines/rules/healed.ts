/** How far a task that goes on failing was healed, as a value; and what no planner may answer. */
import type { Fault, Outcome } from '../outcome.ts';
import type { Turn } from './falling.ts';

/** Absent: nothing was done yet. */
export interface Healed {
  readonly split: 'no' | 'begun';
  /** How often a person was asked. */
  readonly asks: number;
}

export const nothingDone: Healed = { split: 'no', asks: 0 };

/** A person is asked so often about one task. */
export const asksMax = 2;

/** Its plan is what a planner is asked for, and nothing else of it would be the task's result. */
export function planless({ turn }: { readonly turn: Turn }, outcome: Outcome): Fault | null {
  if (turn !== 'planner' || (outcome.subtasks ?? []).length > 0) return null;
  const message = 'it was to make smaller tasks of it, and made none';
  return { code: 'subtasks.invalid', message, retryable: true };
}
