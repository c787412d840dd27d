/** What the actors of a run must be told, as they stand, so that a changed plan holds for them. */

import { isDeepStrictEqual } from 'node:util';
import {
  orchestratorAddress,
  roleName,
  supervisorAddress,
  taskAddress,
  taskId,
} from '../../machines/ids.ts';
import type { PlanAmendment, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Core } from '../kernel/core.ts';
import { UserError } from '../kernel/user-error.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import type { Landmarks } from './landmarks.ts';
import { standing } from './state-words.ts';
import { stateOf } from './view.ts';

const taskLimits = [
  ...(['rank', 'priority', 'retries', 'backoff', 'timeoutMs'] as const),
  ...(['verifyTimeoutMs', 'checked', 'approveWithinMs'] as const),
];
const roleLimits = [
  ...(['count', 'concurrency', 'restart', 'maxRestarts', 'periodMs', 'backoff'] as const),
];

/** A plan, and what it is to be. */
export interface Change {
  readonly before: Plan;
  readonly after: Plan;
}

/**
 * Null when the machines need not be told of anything: what only the runtime reads (prompts,
 * commands, checks) is in the plan. Throws for what can't be changed any more.
 */
export function amendmentFor(
  core: Core,
  change: Change,
  landmarks: Landmarks,
): PlanAmendment | null {
  const orchestrator = core.registry.find(orchestratorAddress);
  // Nobody has seen the plan yet: the one that is submitted will be the changed one.
  if (orchestrator?.state.at.value === 'planning') return null;
  refuseLateChanges(core, change, landmarks);
  const books = orchestrator?.state.context as OrchestratorContext;
  const spec = compilePlan(change.after);
  const { concurrency, onFailure, budgetUsd } = spec;
  const isChanged = change.before.budgetUsd !== change.after.budgetUsd;
  const amendment: PlanAmendment = {
    ...(concurrency === books.dispatch.concurrency ? {} : { concurrency }),
    ...(onFailure === books.onFailure ? {} : { onFailure }),
    ...(isChanged ? { budgetUsd } : {}),
    ...some('roles', rolesIn(core, spec.roles)),
    ...some('tasks', tasksIn(core, spec.tasks)),
  };
  return Object.keys(amendment).length === 0 ? null : amendment;
}

function some<Key extends string, Item>(key: Key, items: readonly Item[]) {
  return items.length === 0 ? {} : { [key]: items };
}

function tasksIn(core: Core, tasks: readonly TaskSpec[]) {
  return tasks.flatMap((after) => {
    const actor = core.registry.find(taskAddress(after.id));
    if (!actor) return [];
    const limits = changedIn(taskLimits, (actor.state.context as TaskContext).spec, after);
    return limits === null ? [] : [{ id: after.id, limits }];
  });
}

function rolesIn(core: Core, roles: readonly RoleSpec[]) {
  return roles.flatMap((after) => {
    const actor = core.registry.find(supervisorAddress(roleName(after.name)));
    if (!actor) return [];
    const { role: before } = actor.state.context as SupervisorContext;
    if (before.handoff !== after.handoff) throw fixed(`agents.${after.name}.handoff`);
    // Agents that are there stay: fewer of them shows in how many tasks may run at once.
    const count = Math.max(before.count, after.count);
    const limits = changedIn(roleLimits, before, { ...after, count });
    return limits === null ? [] : [{ name: after.name, limits }];
  });
}

function changedIn<Spec, Key extends keyof Spec>(
  keys: readonly Key[],
  before: Spec,
  after: Spec,
): Pick<Spec, Key> | null {
  const differing = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
  if (differing.length === 0) return null;
  return Object.fromEntries(differing.map((key) => [key, after[key]])) as Pick<Spec, Key>;
}

function refuseLateChanges(core: Core, { before, after }: Change, landmarks: Landmarks): void {
  const changed = new Map(before.tasks.map((task) => [task.id, task]));
  for (const task of after.tasks) {
    const was = changed.get(task.id);
    if (!was) continue;
    const fields = fieldsChanged(was, task);
    if (fields.length > 0) refuseLate(core, task.id, fields, landmarks);
  }
  for (const role of after.roles) refuseLostRole(core, before, role);
}

type Field = keyof PlanTask;

function fieldsChanged(before: PlanTask, after: PlanTask): readonly Field[] {
  const fields = Object.keys(after) as Field[];
  return fields.filter((field) => !isDeepStrictEqual(before[field], after[field]));
}

/** These count for what comes after the attempt that is being looked at. */
const judged: readonly Field[] = ['retries', 'backoff', 'priority', 'estimateMs'];
const beforeApproval = ['waiting', 'unborn'];

function refuseLate(
  core: Core,
  task: string,
  fields: readonly Field[],
  landmarks: Landmarks,
): void {
  const actor = core.registry.lookUp(taskAddress(taskId(task)));
  const state = actor ? stateOf(actor) : 'unborn';
  const [outer = ''] = state.split('.');
  if (actor && !actor.alive) {
    const why = `${standing(state)} at input ${core.n}, and its result is kept`;
    throw tooLate(task, why, landmarks);
  }
  if (outer === 'verifying' && fields.some((field) => !judged.includes(field))) {
    const why = `its attempt has ended at input ${core.n}, and is being checked`;
    throw tooLate(task, why, landmarks);
  }
  if (fields.includes('approveWithinMs') && !beforeApproval.includes(outer)) {
    const why = `it is past its approval at input ${core.n}`;
    throw tooLate(task, why, { ...landmarks, begun: new Map() });
  }
}

function refuseLostRole(core: Core, before: Plan, role: Plan['roles'][number]): void {
  const was = before.roles.find(({ name }) => name === role.name);
  if (isDeepStrictEqual(was, role)) return;
  if (core.registry.find(supervisorAddress(roleName(role.name)))) return;
  throw new UserError(
    'fork.role-lost',
    `nobody plays ${role.name} any more at input ${core.n}: nothing of it can be changed`,
    'fork at an earlier moment; see: troupe logs RUN',
  );
}

function tooLate(task: string, why: string, { begun }: Landmarks): UserError {
  const first = begun.get(task);
  const hint =
    first === undefined
      ? 'fork at an earlier moment, or change tasks that have not ended'
      : `fork before it is worked on: --at ${first}, or --before ${task}`;
  return new UserError('fork.too-late', `${task} can't be changed: ${why}`, hint);
}

function fixed(key: string): UserError {
  const why = 'its agents are there already, and live by what it says';
  const hint = 'begin a new run with the changed plan: troupe run PLAN';
  return new UserError('fork.fixed', `${key} can't be changed: ${why}`, hint);
}
