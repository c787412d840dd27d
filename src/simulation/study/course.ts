/** How a role's attempts will go: what the plan says, else what past runs tell, else a guess. */
import { attemptUsdMax } from '../../plan/compile.ts';
import type { Plan, PlanRole } from '../../plan/plan.ts';
import type { KindHistory, RoleHistory } from '../../runs/attempt-history.ts';
import { meanOf } from './spread.ts';

/** Where a figure comes from. */
export type Origin =
  | { readonly kind: 'plan' }
  | { readonly kind: 'history'; readonly attempts: number; readonly runs: number }
  | { readonly kind: 'assumed' };

export interface Sourced<Value> {
  readonly value: Value;
  readonly from: Origin;
}

type Tasks = Plan['tasks'];

/** Plain data: it goes to other threads. */
export interface RoleCourse {
  readonly role: string;
  /** Sorted; what lies between two of them is as likely as they are. At least one. */
  readonly workMs: Sourced<readonly number[]>;
  /** Of tasks that are known better than their role: by their own past, or by an estimate. */
  readonly taskMs: Readonly<Record<string, readonly number[]>>;
  /** Shares of attempts, 0 to 1. */
  readonly fail: Sourced<number>;
  readonly crash: Sourced<number>;
  /** Of one attempt. */
  readonly costUsd: Sourced<number>;
  /** Of tasks that are like past ones, better than their role tells; absent: there are none. */
  readonly kinds?: readonly KindCourse[];
}

/** All of it as past attempts went; null where the plan says it, or too few tell. */
export interface KindCourse {
  readonly kind: string;
  readonly tasks: readonly string[];
  readonly attempts: number;
  readonly runs: number;
  readonly workMs: readonly number[] | null;
  readonly fail: number | null;
  readonly crash: number | null;
  readonly costUsd: number | null;
}

/** Fewer past attempts tell nothing. */
export const attemptsMin = 3;
/** What an attempt takes when nobody knows. */
export const assumedWorkMs = 60_000;
/** More steps of a distribution than this are not told apart. */
const stepsMax = 1_000;

/** `historyOf` answers null where no past attempts are known. */
export function coursesOf(
  plan: Plan,
  historyOf: (role: PlanRole) => RoleHistory | null,
): readonly RoleCourse[] {
  return plan.roles.map((role) => {
    const tasks = plan.tasks.filter((task) => task.role === role.name);
    return courseOf(role, tasks, enough(historyOf(role)));
  });
}

function enough(history: RoleHistory | null): RoleHistory | null {
  return history && history.attempts >= attemptsMin ? history : null;
}

function courseOf(role: PlanRole, tasks: Tasks, history: RoleHistory | null): RoleCourse {
  const own = ownCourse(role);
  const { work = own?.work, fail = own?.fail } = role.simulate ?? {};
  const { crash = own?.crash, costUsd = own?.costUsd } = role.simulate ?? {};
  const range = work && [work.minMs, work.maxMs];
  const share = (count: number): number => count / (history?.attempts ?? 1);
  const kinds = (history?.kinds ?? []).map((each) =>
    kindCourse(each, { work, fail, crash, costUsd }),
  );
  return {
    ...(kinds.length > 0 && { kinds }),
    role: role.name,
    workMs: sourced(range, history && steps(history.durationsMs), history, [assumedWorkMs]),
    // What the plan says of a role is meant for all of its tasks.
    taskMs: range ? {} : ownTimes(tasks, history),
    fail: sourced(fail, history && share(history.failed), history, 0),
    crash: sourced(crash, history && share(history.crashed), history, 0),
    costUsd: sourced(costUsd, history && priceOf(history), history, assumedUsd(role)),
  };
}

type Given = { readonly [Figure in 'work' | 'fail' | 'crash' | 'costUsd']: unknown };

/** What the plan says of a role holds for all of its tasks. */
function kindCourse(history: KindHistory, { work, fail, crash, costUsd }: Given): KindCourse {
  const { kind, tasks, attempts, runs, durationsMs, failed, crashed } = history;
  return {
    ...{ kind, tasks, attempts, runs },
    workMs: work === undefined ? steps(durationsMs) : null,
    fail: fail === undefined ? failed / attempts : null,
    crash: crash === undefined ? crashed / attempts : null,
    costUsd: costUsd === undefined ? priceOf(history) : null,
  };
}

/** Of agents that only pretend, and of nobody, who is there at once. */
function ownCourse(role: PlanRole) {
  if (role.adapter === 'gather')
    return { work: { minMs: 0, maxMs: 0 }, fail: 0, crash: 0, costUsd: 0 };
  return role.adapter === 'simulated' ? role : null;
}

function ownTimes(tasks: Tasks, history: RoleHistory | null): RoleCourse['taskMs'] {
  const known = tasks.flatMap(({ id, estimateMs }): [string, readonly number[]][] => {
    const past = history?.ofTasks.get(id) ?? [];
    if (past.length >= attemptsMin) return [[id, steps(past)]];
    return estimateMs === null ? [] : [[id, [estimateMs]]];
  });
  return Object.fromEntries(known);
}

/** `given` by the plan, else `told` by history, else `assumed`. */
function sourced<Value>(
  given: Value | undefined,
  told: Value | null,
  history: RoleHistory | null,
  assumed: Value,
): Sourced<Value> {
  if (given !== undefined) return { value: given, from: { kind: 'plan' } };
  if (told === null || history === null) return { value: assumed, from: { kind: 'assumed' } };
  const { attempts, runs } = history;
  return { value: told, from: { kind: 'history', attempts, runs } };
}

/** A program of one's own is free; an agent that is paid for may spend what it is allowed to. */
const assumedUsd = (role: PlanRole): number => attemptUsdMax(role) ?? 0;

function priceOf({ costsUsd }: Pick<RoleHistory, 'costsUsd'>): number | null {
  return costsUsd.length >= attemptsMin ? meanOf(costsUsd) : null;
}

/** The distribution in a few hundred numbers, its ends kept. */
function steps(durationsMs: readonly number[]): readonly number[] {
  const sorted = durationsMs.toSorted((one, other) => one - other);
  if (sorted.length <= stepsMax) return sorted;
  const last = sorted.length - 1;
  return Array.from(
    { length: stepsMax },
    (_, at) => sorted[Math.round((at / (stepsMax - 1)) * last)] ?? 0,
  );
}

/** The roles with tasks of which nobody knows how long they take. */
export function guessedRoles(plan: Plan, courses: readonly RoleCourse[]): readonly string[] {
  return courses
    .filter(({ role, workMs, taskMs }) => {
      const tasks = plan.tasks.filter((task) => task.role === role);
      return workMs.from.kind === 'assumed' && tasks.some(({ id }) => !Object.hasOwn(taskMs, id));
    })
    .map(({ role }) => role);
}

/** The roles whose agents are paid for, and nobody knows how much. */
export function unpricedRoles(plan: Plan, courses: readonly RoleCourse[]): readonly string[] {
  const paid = plan.roles.filter((role) => attemptUsdMax(role) !== 0).map(({ name }) => name);
  const busy = new Set(plan.tasks.map(({ role }) => role));
  return courses
    .filter(({ role, costUsd }) => costUsd.from.kind === 'assumed' && busy.has(role))
    .map(({ role }) => role)
    .filter((role) => paid.includes(role));
}
