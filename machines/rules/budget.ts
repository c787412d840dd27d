/**
 * The run's purse: what was spent, what is set aside for attempts under way, and what may begin.
 * A role may have a purse of its own inside of it.
 *
 * Invariants:
 * - what an attempt may cost at most is set aside before it begins, and settled once it has ended;
 * - spent and set aside never exceed the budget by more than attempts cost over their maximum;
 * - an attempt whose price nobody knows begins only while something is left.
 * Amounts are whole millionths of a dollar, so that sums are exact.
 */
import type { AccountName, RoleName } from '../ids.ts';
import type { Fault } from '../outcome.ts';
import type { PlanSpec } from '../plan.ts';

export interface Purse {
  /** Null: no limit. */
  readonly budget: number | null;
  readonly spent: number;
  readonly reserved: number;
  /** What one attempt of a role costs at most; null when nobody knows. */
  readonly prices: Readonly<Record<RoleName, number | null>>;
  /** Of the roles that may not spend all of it; and of teams, by their name and a dot. */
  readonly caps: Readonly<Record<RoleName, Cap>>;
}

export interface Cap {
  readonly budget: number;
  readonly spent: number;
  readonly reserved: number;
}

/** A limit of which four fifths are spent: an account's, a role's or team's, or the run's own. */
export interface BudgetWarning {
  readonly role: RoleName | null;
  /** Of what all runs share; the run only tells of it. */
  readonly account?: AccountName;
  readonly spentUsd: number;
  readonly limitUsd: number;
}

/** An attempt that gave its slot back; `costUsd` null when nobody knows what it cost. */
export interface Spending {
  readonly role: RoleName;
  readonly costUsd: number | null;
}

export const emptyPurse: Purse = { budget: null, spent: 0, reserved: 0, prices: {}, caps: {} };
const warnedShare = 0.8;

export function purseOf({
  budgetUsd,
  roles,
  teams = [],
}: Pick<PlanSpec, 'budgetUsd' | 'roles' | 'teams'>): Purse {
  const prices = roles.map(({ name, attemptUsdMax }) => [name, microsOf(attemptUsdMax)] as const);
  const caps = roles.flatMap(({ name, budgetUsd: own = null }) =>
    own === null ? [] : [[name, { budget: microsOf(own), spent: 0, reserved: 0 }] as const],
  );
  const shared = teams.map(({ name, budgetUsd: own }) => {
    return [teamKey(name), { budget: microsOf(own), spent: 0, reserved: 0 }] as const;
  });
  return {
    ...emptyPurse,
    budget: microsOf(budgetUsd),
    prices: Object.fromEntries(prices),
    caps: Object.fromEntries([...caps, ...shared]),
  };
}

/** No role is called so: a name does not end with a dot. */
const teamKey = (team: string): RoleName => `${team}.` as RoleName;

const noPurses: readonly (readonly [RoleName, Cap])[] = [];

/** What a role pays from beside the run's purse: its own, and those of the teams that it is of. */
function pursesOf({ caps }: Purse, role: RoleName): readonly (readonly [RoleName, Cap])[] {
  if (Object.keys(caps).length === 0) return noPurses;
  const found: (readonly [RoleName, Cap])[] = [];
  for (let end = role.length; end > 0; end = role.lastIndexOf('.', end - 2) + 1) {
    const name = role.slice(0, end) as RoleName;
    // A role may be called as something that every object has.
    const cap = Object.hasOwn(caps, name) ? caps[name] : undefined;
    if (cap) found.push([name, cap]);
  }
  return found;
}

/** Another limit; what is spent stays spent. */
export function withBudget(purse: Purse, budgetUsd: number | null): Purse {
  return { ...purse, budget: microsOf(budgetUsd) };
}

/** `role`: later, by what attempts of the role give back; `run`: by what any attempt does. */
export type Afford = 'now' | 'role' | 'run' | 'never';

export function affords(purse: Purse, role: RoleName): Afford {
  const price = purse.prices[role] ?? null;
  const own = pursesOf(purse, role);
  if (own.some(([, cap]) => !pays({ ...cap, reserved: 0 }, price))) return 'never';
  if (own.some(([, cap]) => !pays(cap, price))) return 'role';
  return pays(purse, price) ? 'now' : 'run';
}

type Limited = Pick<Purse, 'budget' | 'spent' | 'reserved'>;

function pays({ budget, spent, reserved }: Limited, price: number | null): boolean {
  if (budget === null) return true;
  const left = budget - spent - reserved;
  return price === null ? left > 0 : price <= left;
}

export function setAside(purse: Purse, role: RoleName): Purse {
  const price = purse.prices[role] ?? 0;
  return moved(purse, role, { spent: 0, reserved: price });
}

/** Fail closed: an attempt of unknown cost has cost what was set aside for it. */
export function settle(purse: Purse, { role, costUsd }: Spending): Purse {
  const price = purse.prices[role] ?? 0;
  return moved(purse, role, { spent: microsOf(costUsd) ?? price, reserved: -price });
}

type Move = Pick<Cap, 'spent' | 'reserved'>;

// An attempt moves it twice: named field by field, because a spread is many times slower.

function moved(purse: Purse, role: RoleName, move: Move): Purse {
  const { budget, prices } = purse;
  const spent = purse.spent + move.spent;
  const reserved = purse.reserved + move.reserved;
  return { budget, spent, reserved, prices, caps: movedCaps(purse, role, move) };
}

function movedCaps(purse: Purse, role: RoleName, move: Move): Purse['caps'] {
  const own = pursesOf(purse, role);
  if (own.length === 0) return purse.caps;
  const after = own.map(([name, { budget, spent, reserved }]) => {
    const cap = { budget, spent: spent + move.spent, reserved: reserved + move.reserved };
    return [name, cap] as const;
  });
  return { ...purse.caps, ...Object.fromEntries(after) };
}

/** The limits that came near their end by this spending. */
export function warnings(before: Purse, after: Purse, role: RoleName): readonly BudgetWarning[] {
  const told: BudgetWarning[] = [];
  if (nears(before, after)) told.push(warningOf(null, after));
  for (const [name, own] of pursesOf(before, role)) {
    const ownAfter = after.caps[name];
    if (ownAfter && nears(own, ownAfter)) told.push(warningOf(nameOf(name), ownAfter));
  }
  return told;
}

const nameOf = (purse: RoleName): RoleName => purse.replace(/\.$/, '') as RoleName;

function nears(before: Limited, after: Limited): after is Cap {
  if (after.budget === null || after.budget === 0) return false;
  const line = after.budget * warnedShare;
  return before.spent < line && after.spent >= line;
}

const warningOf = (role: RoleName | null, { spent, budget }: Cap): BudgetWarning => ({
  ...{ role, spentUsd: spent / 1e6, limitUsd: budget / 1e6 },
});

/** Why a task fails without another attempt. */
export function exhausted(purse: Purse, role: RoleName): Fault {
  const price = purse.prices[role] ?? null;
  const short = pursesOf(purse, role).find(([, cap]) => !pays(cap, price));
  const { budget, spent } = short?.[1] ?? purse;
  const whose = short ? `${nameOf(short[0])}'s budget` : 'the budget';
  const most = price === null ? '' : `, and an attempt by ${role} may cost ${usd(price)}`;
  const message = `${whose} of ${usd(budget ?? 0)} can't pay for it: ${usd(spent)} spent${most}`;
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
