/** What a task has asked others for, and how many tasks a run was given so, as values. */
import { type TaskId, taskAddress } from '../ids.ts';
import type { Message } from '../messages.ts';
import type { Fault } from '../outcome.ts';

/** Absent before it asks for the first time. */
export interface Delegated {
  readonly subtasks: readonly TaskId[];
  /** How many of them it waits for: the last ones. */
  readonly open: number;
}

export const nothingAsked: Delegated = { subtasks: [], open: 0 };

/** How many tasks the tasks of a run may add to it, and how many they have. */
export interface Growth {
  readonly max: number;
  readonly count: number;
}

/** Nobody waits for what it asked for any more. */
export function farewells(
  { subtasks, open }: Delegated = nothingAsked,
  fault: Fault | null = null,
): Message[] {
  if (open === 0) return [];
  const to = subtasks.slice(-open).map(taskAddress);
  const reason = fault?.message ?? 'whoever asked for it was called off';
  return [{ to, event: { type: 'task.cancel', reason }, ifThere: true }];
}
