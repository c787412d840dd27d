/**
 * How a run takes in the tasks that others ask for.
 *
 * Invariants: it never has more of them than its plan allows, and a run that is halted takes none.
 */
import { assert } from '../errors.ts';
import type { Fact, TroupeEvent } from '../events.ts';
import { orchestratorAddress, taskAddress } from '../ids.ts';
import type { Message, SpawnWish } from '../messages.ts';
import type { Fault } from '../outcome.ts';
import type { Growth } from './delegated.ts';
import type { OrchestratorContext, Patch } from './orchestration.ts';

type Event<Type extends TroupeEvent['type']> = TroupeEvent & { type: Type };

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
export function grown(context: OrchestratorContext, { tasks }: Event<'task.add'>): Patch {
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
