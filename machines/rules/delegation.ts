/**
 * A task that asks for others while it is worked on: it waits for them, and goes on with their
 * results.
 *
 * Invariants:
 * - only an outcome that counts asks for anything, so that an attempt made again asks anew, and
 *   what is there already is never added twice;
 * - whoever waits holds no place for work, so that nobody waits for whoever waits for it;
 * - a task asks for `count` others at most, all its attempts together, so that it can not go on
 *   asking for ever; the run has a limit of its own beside that.
 */
import { assert } from '../errors.ts';
import type { Fact, TroupeEvent } from '../events.ts';
import { orchestratorAddress } from '../ids.ts';
import type { Message } from '../messages.ts';
import type { Fault } from '../outcome.ts';
import type { DelegationSpec, TaskSpec } from '../plan.ts';
import type { TaskContext } from './attempt.ts';
import { type Delegated, nothingAsked } from './delegated.ts';
import { joins } from './healing.ts';

type Patch = Partial<TaskContext>;
type Event<Type extends TroupeEvent['type']> = TroupeEvent & { type: Type };

/** Read by the next attempt as the end of the one before. */
export const subtasksEnded: Fault = {
  code: 'subtasks.ended',
  message: 'the sub-tasks that it asked for have ended',
  retryable: true,
};

/** What its outcome asks for that is not there yet. */
function wanted({ spec, outcome, delegated = nothingAsked }: TaskContext): readonly TaskSpec[] {
  if (!spec.delegation || outcome?.kind !== 'succeeded') return [];
  const known = new Set(delegated.subtasks);
  return (outcome.subtasks ?? []).filter(({ id }) => !known.has(id));
}

export function asks(context: TaskContext): boolean {
  return context.fault === null && wanted(context).length > 0;
}

export function asked(context: TaskContext): Patch {
  const { delegated = nothingAsked } = context;
  const fresh = wanted(context).map(({ id }) => id);
  const subtasks = [...delegated.subtasks, ...fresh];
  const { count } = delegationOf(context);
  assert(subtasks.length <= count, `${context.spec.id} may ask for ${count} tasks`);
  return { slot: 'free', delegated: { subtasks, open: fresh.length } };
}

export function delegationOf({ spec }: Pick<TaskContext, 'spec'>): DelegationSpec {
  assert(spec.delegation, `${spec.id} may ask for nothing`);
  return spec.delegation;
}

export function approvalMs(context: TaskContext): number {
  const { approveWithinMs } = delegationOf(context);
  assert(approveWithinMs !== null, `${context.spec.id} asks nobody`);
  return approveWithinMs;
}

export function delegatedFact(context: TaskContext): Fact {
  const { spec, attempt } = context;
  const subtasks = wanted(context).map(({ id }) => id);
  return { type: 'task.delegated', task: spec.id, attempt, subtasks };
}

/** The tasks it waits for, from now on. */
export function additions({ spec, outcome, seed, delegated }: TaskContext): Message {
  assert(delegated && outcome, `${spec.id} waits for nobody`);
  const open = new Set(delegated.subtasks.slice(-delegated.open));
  const tasks = (outcome.subtasks ?? []).filter(({ id }) => open.has(id));
  return { to: orchestratorAddress, event: { type: 'task.add', task: spec.id, tasks, seed } };
}

/** They were not added: it may ask again, for less. */
export function denied(context: TaskContext, { fault }: Event<'task.refuse'>): Patch {
  const { subtasks, open } = delegatedOf(context);
  return { fault, delegated: { subtasks: subtasks.slice(0, -open), open: 0 } };
}

/** However it ended: whoever asked for it decides what that means. */
export function oneEnded(context: TaskContext): Patch {
  const { subtasks, open } = delegatedOf(context);
  return { delegated: { subtasks, open: open - 1 } };
}

export function allEnded({ delegated }: TaskContext): boolean {
  return delegated?.open === 0;
}

/** Whoever asked knows most of it, and goes on where its attempt ended. */
export function goesOn(context: TaskContext): Patch {
  return { fault: subtasksEnded, prefer: context.agent, ...joins(context) };
}

function delegatedOf({ spec, delegated }: TaskContext): Delegated {
  assert(delegated, `${spec.id} has asked for nothing`);
  return delegated;
}
