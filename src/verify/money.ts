/** Budgets and accounts that can't pay even when all goes well. */
import type { Account } from '../accounts/account.ts';
import { accountsNamed } from '../accounts/account.ts';
import { attemptUsdMax } from '../plan/compile.ts';
import type { Plan, PlanRole, PlanTask } from '../plan/plan.ts';
import { rolesOf } from './ability.ts';
import { type Flaw, nobody } from './flaw.ts';
import { cheapest } from './prices.ts';

/** What attempts can be paid from, beside the plan's own budget. */
export interface Purses {
  readonly accounts: readonly Account[];
  /** Of all accounts of the home together; null: no limit. */
  readonly usdPerDay: number | null;
}

export function moneyFlaws(plan: Plan, purses: Purses): readonly Flaw[] {
  const roles = new Map(plan.roles.map((role) => [role.name, role]));
  return [
    ...budgetFlaw(plan.budgetUsd, ['budget', 'usd'], plan.tasks, roles),
    ...plan.roles.flatMap((role) => {
      const own = plan.tasks.filter((task) => task.role === role.name);
      const path = ['agents', role.name, 'budget', 'usd'];
      return role.totalUsdMax === undefined ? [] : budgetFlaw(role.totalUsdMax, path, own, roles);
    }),
    ...(plan.teams ?? []).flatMap(({ name, budgetUsd }) => {
      const own = plan.tasks.filter((task) => task.role.startsWith(`${name}.`));
      return budgetFlaw(budgetUsd, ['teams', name, 'usd'], own, roles);
    }),
    ...plan.roles.flatMap((role) => accountFlaws(plan, role, purses)),
  ];
}

type Roles = ReadonlyMap<string, PlanRole>;

/** Before an attempt begins its highest price must be there; what it did not cost comes back. */
interface Need {
  readonly task: string;
  readonly aside: number;
  readonly spent: number;
}

function budgetFlaw(
  budgetUsd: number | null,
  path: Flaw['path'],
  tasks: readonly PlanTask[],
  roles: Roles,
): readonly Flaw[] {
  if (budgetUsd === null) return [];
  const needs = tasks.flatMap((task) => needOf(task, roles.get(task.role)));
  // Those that give back the most go first: whoever can't be paid for then never can.
  needs.sort((one, other) => other.aside - other.spent - (one.aside - one.spent));
  const [budget, { unpaid, spent }] = [microsOf(budgetUsd), payFor(needs, budgetUsd)];
  if (unpaid === null) return [];
  const all = needs.reduce((sum, need) => sum + need.spent, 0);
  const worth = `${usd(budget)} can't pay for ${tasks.length === 1 ? 'it' : 'all tasks'}`;
  const why =
    all > budget
      ? `they cost ${usd(all)} when all goes well`
      : `${unpaid.task} needs ${usd(unpaid.aside)} set aside when ${usd(spent)} are spent`;
  return [{ property: 'budget.too-small', path, message: `${worth}: ${why}`, ...nobody }];
}

/** An attempt of unknown price begins as long as anything is left. */
function needOf(task: PlanTask, role: PlanRole | undefined): Need[] {
  if (role === undefined) return [];
  const price = attemptUsdMax(role);
  const aside = price === null ? 1 : microsOf(price);
  return [{ task: task.id, aside, spent: microsOf(cheapest(role)) }];
}

function payFor(needs: readonly Need[], budgetUsd: number) {
  let spent = 0;
  for (const need of needs) {
    if (spent + need.aside > microsOf(budgetUsd)) return { unpaid: need, spent };
    spent += need.spent;
  }
  return { unpaid: null, spent };
}

function accountFlaws(plan: Plan, role: PlanRole, purses: Purses): readonly Flaw[] {
  const own = plan.tasks.filter((task) => rolesOf(task).includes(role.name));
  const price = attemptUsdMax(role);
  if (role.borrowing === undefined || own.length === 0) return [];
  const accounts = accountsNamed(role.borrowing.names, purses.accounts);
  const shortages = accounts.map((account) => shortageOf(account, price, purses.usdPerDay));
  if (accounts.length === 0 || shortages.some((each) => each === null)) return [];
  const attempt = price === null ? 'any attempt' : `an attempt, which may cost $${price}`;
  const message = `no account of ${role.name} can ever afford ${attempt}: ${shortages.join('; ')}`;
  const path = ['agents', role.name, 'account'];
  const tasks = own.map(({ id }) => id);
  return [
    { property: 'account.cannot-afford', path, message, tasks, rulesOut: { money: 'never' } },
  ];
}

/** Null: a full purse can pay. */
function shortageOf(account: Account, price: number | null, usdPerDay: number | null) {
  const { name, limits } = account;
  const pays = (limit: number | null): boolean =>
    limit === null || (price === null ? limit > 0 : microsOf(price) <= microsOf(limit));
  if (!pays(limits.usdMax)) return `${name} has $${limits.usdMax} in all`;
  if (!pays(limits.usdPerDay)) return `${name} has $${limits.usdPerDay} a day`;
  return pays(usdPerDay) ? null : `all accounts together have $${usdPerDay} a day`;
}

const microsOf = (amountUsd: number): number => Math.round(amountUsd * 1e6);

function usd(micros: number): string {
  const amount = micros / 1e6;
  return `$${Number.isInteger(micros / 1e4) ? amount.toFixed(2) : String(amount)}`;
}
