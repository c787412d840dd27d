/**
 * The run's purse: what was spent, what is set aside for attempts under way, and what may begin.
 *
 * Invariants:
 * - what an attempt may cost at most is set aside before it begins, and settled once it has ended;
 * - spent and set aside never exceed the budget by more than attempts cost over their maximum;
 * - an attempt whose price nobody knows begins only while something is left.
 * Amounts are whole millionths of a dollar, so that sums are exact.
 */
import type { RoleName } from '../ids.ts';
import type { Fault } from '../outcome.ts';
import type { PlanSpec } from '../plan.ts';

export interface Purse {
  /** Null: no limit. */
  readonly budget: number | null;
  readonly spent: number;
  readonly reserved: number;
  /** What one attempt of a role costs at most; null when nobody knows. */
  readonly prices: Readonly<Record<RoleName, number | null>>;
}

/** An attempt that gave its slot back; `costUsd` null when nobody knows what it cost. */
export interface Spending {
  readonly role: RoleName;
  readonly costUsd: number | null;
}

export const emptyPurse: Purse = { budget: null, spent: 0, reserved: 0, prices: {} };

export function purseOf({ budgetUsd, roles }: Pick<PlanSpec, 'budgetUsd' | 'roles'>): Purse {
  const prices = roles.map(({ name, attemptUsdMax }) => [name, microsOf(attemptUsdMax)] as const);
  return { ...emptyPurse, budget: microsOf(budgetUsd), prices: Object.fromEntries(prices) };
}

/** Another limit; what is spent stays spent. */
export function withBudget(purse: Purse, budgetUsd: number | null): Purse {
  return { ...purse, budget: microsOf(budgetUsd) };
}

export function canAfford({ budget, spent, reserved, prices }: Purse, role: RoleName): boolean {
  if (budget === null) return true;
  const left = budget - spent - reserved;
  const price = prices[role] ?? null;
  return price === null ? left > 0 : price <= left;
}

export function setAside(purse: Purse, role: RoleName): Purse {
  return { ...purse, reserved: purse.reserved + (purse.prices[role] ?? 0) };
}

/** Fail closed: an attempt of unknown cost has cost what was set aside for it. */
export function settle(purse: Purse, { role, costUsd }: Spending): Purse {
  const price = purse.prices[role] ?? 0;
  const cost = microsOf(costUsd) ?? price;
  return { ...purse, reserved: purse.reserved - price, spent: purse.spent + cost };
}

/** Why a task fails without another attempt. */
export function exhausted({ budget, spent, prices }: Purse, role: RoleName): Fault {
  const price = prices[role] ?? null;
  const most = price === null ? '' : `, and an attempt by ${role} may cost ${usd(price)}`;
  const message = `the budget of ${usd(budget ?? 0)} can't pay for it: ${usd(spent)} spent${most}`;
  return { code: 'budget.exhausted', message, retryable: false };
}

function microsOf(amountUsd: number): number;
function microsOf(amountUsd: number | null): number | null;
function microsOf(amountUsd: number | null): number | null {
  return amountUsd === null ? null : Math.round(amountUsd * 1e6);
}

function usd(micros: number): string {
  const amount = micros / 1e6;
  return `$${Number.isInteger(amount * 100) ? amount.toFixed(2) : String(amount)}`;
}
