/** How a role's attempts will go: what the plan says, else what past runs tell, else a guess. */
import type { Plan, PlanRole } from '../../plan/plan.ts';
import type { RoleHistory } from '../../runs/attempt-history.ts';
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

/** Plain data: it goes to other threads. */
export interface RoleCourse {
  readonly role: string;
  /** Sorted; what lies between two of them is as likely as they are. At least one. */
  readonly workMs: Sourced<readonly number[]>;
  /** Shares of attempts, 0 to 1. */
  readonly fail: Sourced<number>;
  readonly crash: Sourced<number>;
  /** Of one attempt. */
  readonly costUsd: Sourced<number>;
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
  return plan.roles.map((role) => courseOf(role, enough(historyOf(role))));
}

function enough(history: RoleHistory | null): RoleHistory | null {
  return history && history.attempts >= attemptsMin ? history : null;
}

function courseOf(role: PlanRole, history: RoleHistory | null): RoleCourse {
  const own = role.adapter === 'simulated' ? role : null;
  const { work = own?.work, fail = own?.fail } = role.simulate ?? {};
  const { crash = own?.crash, costUsd = own?.costUsd } = role.simulate ?? {};
  const range = work && [work.minMs, work.maxMs];
  const share = (count: number): number => count / (history?.attempts ?? 1);
  return {
    role: role.name,
    workMs: sourced(range, history && steps(history.durationsMs), history, [assumedWorkMs]),
    fail: sourced(fail, history && share(history.failed), history, 0),
    crash: sourced(crash, history && share(history.crashed), history, 0),
    costUsd: sourced(costUsd, history && priceOf(history), history, 0),
  };
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

function priceOf({ costsUsd }: RoleHistory): number | null {
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

/** The roles with work to do whose durations nobody gave. */
export function guessedRoles(plan: Plan, courses: readonly RoleCourse[]): readonly string[] {
  const busy = new Set(plan.tasks.map(({ role }) => role));
  return courses
    .filter(({ role, workMs }) => busy.has(role) && workMs.from.kind === 'assumed')
    .map(({ role }) => role);
}
