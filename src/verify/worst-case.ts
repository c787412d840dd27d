/**
 * How long a plan takes and what it costs at the very worst, whatever fails and in whatever order.
 *
 * List scheduling has anomalies: a task that ends sooner can make the whole end later, so that no
 * single bad run is the worst one. The bound thus holds for every schedule (Graham's argument).
 * Go back from the task that settles last, each time to the dependency that settled last before it:
 * a path. At every moment one task of that path either holds a slot, waits out a backoff, waits for
 * a person, waits for an agent, or is ready and all slots that it could take are taken. The first
 * three sum up along the path. The fourth is bounded by all starts and restarts of agents. In the
 * last, as many tasks as there are slots work off what is left of all work.
 *
 * What a provider orders to wait (a rate limit) and the time in which nothing runs (a stop, a kill)
 * are nobody's to bound: each such pause adds itself, and `pause` at most.
 */
import { spawnDeadlineMs } from '../../machines/agent.ts';
import { drainDeadlineMs } from '../../machines/orchestrator.ts';
import type { PlanSpec, RoleSpec } from '../../machines/plan.ts';
import { worstBackoffMs } from '../../machines/rules/backoff.ts';
import { topologicalOrder } from '../../machines/rules/plan-graph.ts';
import {
  attemptMs,
  type ByRole,
  growthOf,
  type Load,
  loadOf,
  reviewMs,
  sumOf,
  totalOf,
} from './load.ts';
import type { Bound } from './verdict.ts';

/** What one attempt of a role costs at most; null when nobody knows. */
export type PriceOf = (role: string) => number | null;

export interface WorstCase {
  readonly durationMs: number;
  /** Null: the price of a role with tasks is not known. */
  readonly costUsd: number | null;
  readonly calls: number;
  readonly attempts: number;
  /** What one rate limit, or one stop of the runtime, adds to it beside its own wait. */
  readonly pause: Bound;
}

export function worstCaseOf(plan: PlanSpec, priceOf: PriceOf): WorstCase {
  const loads = plan.tasks.map(loadOf);
  const growth = growthOf(plan);
  const calls = totalOf(loads, ({ calls }) => calls);
  const slots = slotsOf(plan, loads, calls, priceOf);
  const workMs = plan.mode === 'waves' ? wavesMs(loads, slots) : eagerMs(loads, slots, plan);
  // Whatever is asked for meanwhile may come on top of it, one after the other.
  const grownMs = growth.tasks * growth.ms;
  const grown = growth.tasks * growth.attempts;
  return {
    durationMs: Math.ceil(workMs + grownMs + startsMs(plan, calls, grown) + drainDeadlineMs),
    costUsd: costOf(plan, calls, grown, priceOf),
    calls: sumOf(calls) + grown,
    attempts: loads.reduce((sum, load) => sum + load.attempts, grown),
    pause: pauseOf(plan, priceOf),
  };
}

/** How many tasks surely work while one of a role is kept from a slot. */
interface Slots {
  readonly run: number;
  readonly of: (role: string) => number;
}

/** Where money may run short, work may wait for money to come back: then one after the other. */
function slotsOf(plan: PlanSpec, loads: readonly Load[], calls: ByRole, priceOf: PriceOf): Slots {
  // What tasks may ask for can take any money that there is.
  const grows = growthOf(plan).tasks > 0;
  const isScarce = isShort(plan.budgetUsd, calls, priceOf) || (grows && plan.budgetUsd !== null);
  const run = isScarce ? 1 : plan.concurrency;
  // An idle agent may be the one that must not judge: then all others of its role are at work.
  const judged = new Set<string>(loads.flatMap(({ task }) => task.review?.role ?? []));
  const slots = new Map<string, number>(
    plan.roles.map(({ name, count, concurrency, budgetUsd = null }) => {
      const purses = plan.teams?.filter((team) => isIn(name, team.name)) ?? [];
      const isTight =
        isShort(budgetUsd, only(name, calls), priceOf) ||
        purses.some((team) => isShort(team.budgetUsd, within(team.name, calls), priceOf)) ||
        (grows && (budgetUsd !== null || purses.length > 0));
      const free = isTight || judged.has(name) ? 1 : Math.min(count, concurrency, run);
      return [name, free];
    }),
  );
  return { run, of: (role) => slots.get(role) ?? 1 };
}

const only = (role: string, calls: ByRole): ByRole => new Map([[role, calls.get(role) ?? 0]]);

const within = (team: string, calls: ByRole): ByRole =>
  new Map([...calls].filter(([role]) => isIn(role, team)));

function isShort(budgetUsd: number | null, calls: ByRole, priceOf: PriceOf): boolean {
  if (budgetUsd === null) return false;
  const worst = priceFor(calls, priceOf);
  return worst === null || worst > budgetUsd;
}

/** No wave waits for another one's work: what keeps a task is its own wave's. */
function wavesMs(loads: readonly Load[], slots: Slots): number {
  const waves = new Map<number, Load[]>();
  for (const load of loads) {
    const wave = waves.get(load.task.wave);
    if (wave) wave.push(load);
    else waves.set(load.task.wave, [load]);
  }
  return [...waves.values()].reduce((sum, wave) => sum + waveMs(wave, slots), 0);
}

function waveMs(wave: readonly Load[], slots: Slots): number {
  const byRole = totalOf(wave, ({ heldMs }) => heldMs);
  const all = sumOf(byRole);
  const ends = wave.map(({ heldMs, apartMs }) => {
    let [endMs, others] = [apartMs, all];
    for (const [role, ownMs] of heldMs) {
      const roleMs = byRole.get(role) ?? 0;
      endMs += ownMs + (roleMs - ownMs) / slots.of(role);
      others -= roleMs;
    }
    return endMs + others / slots.run;
  });
  return ends.reduce((longest, end) => Math.max(longest, end), 0);
}

/** All work at the fewest slots of its role, and the rest of the longest path. */
function eagerMs(loads: readonly Load[], slots: Slots, plan: PlanSpec): number {
  const own = new Map<string, number>();
  let spreadMs = 0;
  for (const { task, heldMs, apartMs } of loads) {
    let restMs = apartMs;
    for (const [role, ms] of heldMs) {
      spreadMs += ms / slots.of(role);
      restMs += ms * (1 - 1 / slots.of(role));
    }
    own.set(task.id, restMs);
  }
  const ends = new Map<string, number>();
  let longest = 0;
  for (const { id, needs } of topologicalOrder(plan.tasks)) {
    const begin = needs.reduce((most, need) => Math.max(most, ends.get(need) ?? 0), 0);
    const end = begin + (own.get(id) ?? 0);
    ends.set(id, end);
    longest = Math.max(longest, end);
  }
  return spreadMs + longest;
}

/** All starts of agents that a ready task may have to wait for, one after the other. */
function startsMs({ roles }: PlanSpec, calls: ByRole, grown: number): number {
  const restarts = roles.map((role) => {
    // Whose agents are asked is not known before: it may be any one's.
    const count = (calls.get(role.name) ?? 0) + grown;
    return count === 0 ? 0 : restartsMs(role, count);
  });
  // The first starts are all at once.
  return restarts.reduce((sum, ms) => sum + ms, spawnDeadlineMs);
}

/**
 * An attempt can crash its agent once, and after that (or at the beginning) agents can fail to
 * start only as often as the role is not given up.
 */
function restartsMs({ maxRestarts, backoff, handoff }: RoleSpec, calls: number): number {
  const crashes = calls + (calls + 1) * maxRestarts;
  const crashMs = worstBackoffMs(backoff, maxRestarts) + spawnDeadlineMs;
  return crashes * crashMs + (handoff ? calls * spawnDeadlineMs : 0);
}

function costOf(plan: PlanSpec, calls: ByRole, grown: number, priceOf: PriceOf): number | null {
  const costs = new Map(
    plan.roles.map((role) => {
      const worst = priceFor(only(role.name, calls), priceOf);
      return [role.name as string, capped(worst, role.budgetUsd ?? null, [role], priceOf)];
    }),
  );
  const all = sumOfCosts(withTeams(plan, costs, priceOf).values());
  const added = grown === 0 ? 0 : dearestOf(plan, grown, priceOf);
  const sum = all === null || added === null ? null : all + added;
  return capped(sum, plan.budgetUsd, plan.roles, priceOf);
}

const sumOfCosts = (costs: Iterable<number | null>): number | null =>
  [...costs].reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);

/** What roles of a team cost is one cost, which its purse holds; teams in teams come first. */
function withTeams(
  { teams = [], roles }: PlanSpec,
  costs: ReadonlyMap<string, number | null>,
  priceOf: PriceOf,
): ReadonlyMap<string, number | null> {
  const left = new Map(costs);
  const inward = [...teams].sort((a, b) => b.name.length - a.name.length);
  for (const { name, budgetUsd } of inward) {
    const within = [...left.keys()].filter((each) => isIn(each, name));
    const sum = sumOfCosts(within.map((each) => left.get(each) ?? null));
    for (const each of within) left.delete(each);
    const own = roles.filter((role) => isIn(role.name, name));
    left.set(`${name}.`, capped(sum, budgetUsd, own, priceOf));
  }
  return left;
}

const isIn = (name: string, team: string): boolean => name.startsWith(`${team}.`);

/** So many calls of whichever role is the dearest. */
function dearestOf({ roles }: PlanSpec, calls: number, priceOf: PriceOf): number | null {
  const prices = roles.map(({ name }) => priceOf(name));
  return prices.reduce<number | null>(
    (most, price) => (most === null || price === null ? null : Math.max(most, price * calls)),
    0,
  );
}

/** A purse holds what it can price: attempts that may cost more than is set aside burst it. */
function capped(
  costUsd: number | null,
  budgetUsd: number | null,
  roles: readonly RoleSpec[],
  priceOf: PriceOf,
): number | null {
  if (costUsd === null || budgetUsd === null) return costUsd;
  const holds = roles.every(({ name, attemptUsdMax }) => {
    return (priceOf(name) ?? Number.POSITIVE_INFINITY) <= (attemptUsdMax ?? 0);
  });
  return holds ? Math.min(costUsd, budgetUsd) : costUsd;
}

function priceFor(calls: ByRole, priceOf: PriceOf): number | null {
  let sum = 0;
  for (const [role, count] of calls) {
    const price = count === 0 ? 0 : priceOf(role);
    if (price === null) return null;
    sum += price * count;
  }
  // To the billionth: sums of tenths of cents pick up what no money is.
  return Number(sum.toFixed(9));
}

function pauseOf({ tasks, roles }: PlanSpec, priceOf: PriceOf): Bound {
  const longest = tasks.reduce((most, task) => {
    return Math.max(most, attemptMs(task), task.review ? reviewMs(task.review) : 0);
  }, 0);
  const dearest = roles.reduce((most, { name }) => Math.max(most, priceOf(name) ?? 0), 0);
  return { durationMs: longest + spawnDeadlineMs, costUsd: dearest, calls: 1 };
}
