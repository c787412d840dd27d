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
import { orchestratorAddress, type TaskId, taskAddress } from '../ids.ts';
import type { Message, SpawnWish } from '../messages.ts';
import type { Fault } from '../outcome.ts';
import type { DelegationSpec, TaskSpec } from '../plan.ts';
import type { TaskContext } from './attempt.ts';
import type { Patch as Books, OrchestratorContext } from './orchestration.ts';

/** What a task has asked for so far; absent before it asks for the first time. */
export interface Delegated {
  readonly subtasks: readonly TaskId[];
  /** How many of them it waits for: the last ones. */
  readonly open: number;
}

/** How many tasks the tasks of a run may add to it. */
export interface Growth {
  readonly max: number;
  readonly count: number;
}

type Patch = Partial<TaskContext>;
type Event<Type extends TroupeEvent['type']> = TroupeEvent & { type: Type };

const nothingAsked: Delegated = { subtasks: [], open: 0 };

/** Read by the next attempt as the end of the one before. */
export const subtasksEnded: Fault = {
  code: 'subtasks.ended',
  message: 'the sub-tasks that it asked for have ended',
  retryable: true,
};

const tooMany = ({ max }: Growth): Fault => ({
  code: 'subtasks.too-many',
  message: `the run may have ${max} sub-tasks, and these would be more`,
  retryable: true,
});

const nobodyMore: Fault = {
  code: 'subtasks.refused',
  message: 'the run begins nothing new any more',
  retryable: false,
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
export function goesOn({ agent }: TaskContext): Patch {
  return { fault: subtasksEnded, prefer: agent };
}

function delegatedOf({ spec, delegated }: TaskContext): Delegated {
  assert(delegated, `${spec.id} has asked for nothing`);
  return delegated;
}

/** Nobody waits for what it asked for any more. */
export function farewells({ delegated = nothingAsked, fault }: TaskContext): Message[] {
  if (delegated.open === 0) return [];
  const to = delegated.subtasks.slice(-delegated.open).map(taskAddress);
  const reason = fault?.message ?? 'whoever asked for it was called off';
  return [{ to, event: { type: 'task.cancel', reason }, ifThere: true }];
}

/** Null when they may be added. */
function refusal(
  { subtasks = { max: 0, count: 0 }, halt }: OrchestratorContext,
  { tasks }: Event<'task.add'>,
): Fault | null {
  if (halt.kind !== 'none') return nobodyMore;
  return subtasks.count + tasks.length > subtasks.max ? tooMany(subtasks) : null;
}

export function mayGrow(context: OrchestratorContext, event: Event<'task.add'>): boolean {
  return refusal(context, event) === null;
}

export function refused(context: OrchestratorContext, event: Event<'task.add'>): Message {
  const fault = refusal(context, event);
  assert(fault, 'what may be added is not refused');
  return { to: taskAddress(event.task), event: { type: 'task.refuse', fault }, ifThere: true };
}

/** Their place behind all that are there makes their order unique. */
export function births({ tasks: known }: OrchestratorContext, event: Event<'task.add'>) {
  const wishes = event.tasks.map((task, at): SpawnWish => {
    const spec = { ...task, order: known.length + at };
    const input = { spec, open: spec.needs.length, seed: event.seed };
    const address = taskAddress(spec.id);
    return { machine: 'task', address, input, supervisor: orchestratorAddress };
  });
  return { wishes };
}

/** In waves they belong to the one that is open: that of whoever asked for them. */
export function grown(context: OrchestratorContext, { tasks }: Event<'task.add'>): Books {
  const { waves, mode, subtasks } = context;
  assert(subtasks, 'a run that may not grow grows');
  return {
    tasks: [...context.tasks, ...tasks.map(({ id }) => id)],
    unsettled: context.unsettled + tasks.length,
    subtasks: { ...subtasks, count: subtasks.count + tasks.length },
    waves: mode === 'waves' ? { ...waves, unsettled: waves.unsettled + tasks.length } : waves,
  };
}

export function grownFact({ task, tasks }: Event<'task.add'>): Fact {
  return { type: 'plan.grown', task, tasks: tasks.map(({ id }) => id) };
}
