/** What can be said of a plan in milliseconds, before any of it is run: its bound and its flaws. */
import type { PlanSpec } from '../../machines/plan.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Plan } from '../plan/plan.ts';
import { renderPath } from '../plan/problems/problem.ts';
import type { LineOf } from '../plan/text/places.ts';
import { abilityFlaws, rolesAsked, unusedRoles } from './ability.ts';
import type { Flaw } from './flaw.ts';
import { moneyFlaws, type Purses } from './money.ts';
import { dearest, pricesOf } from './prices.ts';
import type { Bound, Unbounded } from './verdict.ts';
import { type WorstCase, worstCaseOf } from './worst-case.ts';

export interface Certificate {
  readonly spec: PlanSpec;
  readonly worst: WorstCase;
  readonly unbounded: readonly Unbounded[];
  readonly flaws: readonly Flaw[];
}

/** A plan with tasks that nobody plays can't be compiled: nothing else is said of it then. */
export function certify(plan: Plan, purses: Purses, lineOf: LineOf): Certificate {
  const spec = compilePlan(plan);
  const flaws = [...abilityFlaws(plan), ...moneyFlaws(plan, purses), ...unusedRoles(plan)];
  const worst = worstCaseOf(spec, pricesOf(plan));
  return { spec, worst, unbounded: unboundedParts(plan, lineOf), flaws };
}

/** Null when a part of the plan has no limit. */
export function boundOf({ worst }: Certificate): Bound | null {
  const { durationMs, costUsd, calls } = worst;
  return costUsd === null ? null : { durationMs, costUsd, calls };
}

/** Every duration of a plan has a limit, its own or ours: only prices can be unknown. */
function unboundedParts(plan: Plan, lineOf: LineOf): readonly Unbounded[] {
  const used = rolesAsked(plan);
  const unpriced = plan.roles.filter((role) => used.has(role.name) && dearest(role) === null);
  return unpriced.map(({ name }): Unbounded => {
    const path = ['agents', name];
    const message = `nobody knows what an attempt of ${name} costs; say costUsdMax`;
    return { what: 'cost', key: renderPath(path), line: lineOf(path), message };
  });
}
