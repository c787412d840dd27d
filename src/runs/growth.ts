/** The plan of a run as it is by now: with what its tasks, or people, have added to it since. */
import { orchestratorAddress, taskAddress, taskId } from '../../machines/ids.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Core } from '../kernel/core.ts';
import { grownTask } from '../plan/grow.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';

/** The plan itself while nothing was added to it. */
export function grownPlan(core: Core, plan: Plan): Plan {
  const added = addedTasks(core, plan);
  return added.length === 0 ? plan : { ...plan, tasks: [...plan.tasks, ...added] };
}

/** Only with what people have added: what tasks may ask for is in the plan's own bounds. */
export function extendedPlan(core: Core, plan: Plan): Plan {
  const added = addedTasks(core, plan).filter(({ parent }) => parent === undefined);
  return added.length === 0 ? plan : { ...plan, tasks: [...plan.tasks, ...added] };
}

/** In the order in which they were added: whoever asked for one comes before it. */
function addedTasks(core: Core, plan: Plan): readonly PlanTask[] {
  const books = core.registry.lookUp(orchestratorAddress)?.state.context as
    | OrchestratorContext
    | undefined;
  const ids = books?.tasks.slice(plan.tasks.length) ?? [];
  if (ids.length === 0) return [];
  const known = new Map(plan.tasks.map((task) => [task.id, task]));
  for (const id of ids) {
    const task = madeOf(core, id, (parent) => known.get(parent) ?? null);
    if (task) known.set(id, task);
  }
  return [...known.values()].slice(plan.tasks.length);
}

/** One task that was added; null when no such task is there. */
export function addedTask(core: Core, id: string, planned: (id: string) => PlanTask | null) {
  const find = (parent: string): PlanTask | null =>
    planned(parent) ?? addedTask(core, parent, planned);
  return madeOf(core, id, find);
}

function madeOf(core: Core, id: string, find: (id: string) => PlanTask | null): PlanTask | null {
  const actor = core.registry.lookUp(taskAddress(taskId(id)));
  const { spec } = (actor?.state.context as TaskContext | undefined) ?? {};
  if (spec?.added) return spec.added.task as PlanTask;
  const parent = spec?.origin && find(spec.origin.parent);
  return spec && parent ? grownTask(spec, parent) : null;
}

/** What a task has asked for, whether or not it was added yet; empty when it asked for nothing. */
export function askedTasks(core: Core, plan: Plan, id: string): readonly PlanTask[] {
  const find = (name: string): PlanTask | null =>
    plan.tasks.find((task) => task.id === name) ?? addedTask(core, name, find);
  const actor = core.registry.lookUp(taskAddress(taskId(id)));
  const asked = (actor?.state.context as TaskContext | undefined)?.outcome?.subtasks ?? [];
  const parent = find(id);
  return parent ? asked.map((spec) => grownTask(spec, parent)) : [];
}
