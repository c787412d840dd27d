/** How a role behaves in a simulated world: how long its work takes, how it ends, what it costs. */
import type { Plan, PlanRole } from '../plan/plan.ts';

export interface RoleRates {
  /** How long an attempt takes, for a draw in [0, 1); some tasks may be known by themselves. */
  readonly workMs: (unit: number, task?: string) => number;
  /** The share of attempts that fail, and of those that crash their agent; 0 to 1. */
  readonly fail: number;
  readonly crash: number;
  /** What an attempt costs; null: nobody knows. */
  readonly costUsd: number | null;
  /** Where tasks differ: absent, they don't. */
  readonly ofTask?: (task: string) => Pick<RoleRates, 'fail' | 'crash' | 'costUsd'>;
}

/** For a role of which nothing is known: as the plan's compiler weighs its tasks. */
export const assumedRates: RoleRates = { workMs: () => 1_000, fail: 0, crash: 0, costUsd: null };

/** What is given counts; else a simulated role says it itself. */
export function ratesOf(
  plan: Plan,
  given: ReadonlyMap<string, RoleRates> = new Map(),
): ReadonlyMap<string, RoleRates> {
  return new Map(
    plan.roles.map((role) => [role.name, given.get(role.name) ?? ownRates(role) ?? assumedRates]),
  );
}

function ownRates(role: PlanRole): RoleRates | null {
  if (role.adapter === 'gather') return { workMs: () => 0, fail: 0, crash: 0, costUsd: 0 };
  if (role.adapter !== 'simulated') return null;
  const { work, fail, crash, costUsd } = role;
  const { minMs, maxMs } = work;
  return { workMs: (unit) => minMs + unit * (maxMs - minMs), fail, crash, costUsd };
}
