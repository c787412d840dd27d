/** What attempts of a role cost, at most and at least, as far as its plan alone says it. */
import { attemptUsdMax } from '../plan/compile.ts';
import type { Plan, PlanRole } from '../plan/plan.ts';
import { rolesAsked } from './ability.ts';
import type { PriceOf } from './worst-case.ts';

/** Null: nobody knows, and it may be anything. */
export function dearest(role: PlanRole): number | null {
  const limit = attemptUsdMax(role);
  return limit === null ? null : Math.max(limit, role.simulate?.costUsd ?? 0);
}

/** An attempt that does its work costs no less. */
export function cheapest(role: PlanRole): number {
  return role.adapter === 'simulated' ? role.costUsd : 0;
}

/** Whoever is asked for nothing costs nothing. */
export function pricesOf(plan: Plan): PriceOf {
  const asked = rolesAsked(plan);
  const prices = new Map(
    plan.roles.map((role) => [role.name, asked.has(role.name) ? dearest(role) : 0]),
  );
  return (role) => prices.get(role) ?? null;
}
