/**
 * Somebody else in place of a role that can't: what crashed, met a limit or lost all its agents
 * goes on with the next role that the plan names.
 *
 * Invariants: only troubles that are the agent's and not the task's count, one after the other;
 * each role is fallen back on once, so that this has an end.
 */
import type { RoleName } from '../ids.ts';
import type { Fault, Outcome } from '../outcome.ts';
import type { TaskSpec } from '../plan.ts';
import type { Handed } from './handing.ts';

/** Absent: nobody was fallen back on, and nothing was wrong with whoever has it. */
export interface Fallen {
  /** How many of the roles were given up. */
  readonly count: number;
  /** Troubles of the present one, one after the other. */
  readonly troubles: number;
}

/** Its own role makes it, or another one joins it to others' work, or makes smaller tasks of it. */
export type Turn = 'author' | 'resolver' | 'planner';

interface Fallible {
  readonly spec: TaskSpec;
  readonly fault: Fault | null;
  readonly outcome: Outcome | null;
  readonly fallen?: Fallen;
  readonly handed?: Handed;
  readonly turn?: Turn;
}

type Patch = Partial<Pick<Fallible, 'fallen' | 'fault' | 'handed'>>;

/** The fault of an attempt whose role was given up. */
export const replaced = 'role.replaced';

const nothing: Fallen = { count: 0, troubles: 0 };

/** Of the agent, its program or its account; what it did of the task was not even looked at. */
const troubles = ['agent.crashed', 'agent.silent', 'agent.unauthorized', 'role.lost'];

function isTroubled({ fault, outcome }: Fallible): boolean {
  if (fault === null || fault.code === replaced) return false;
  return outcome?.kind === 'limited' || troubles.includes(fault.code);
}

export function mayFallBack(context: Fallible): boolean {
  const { fallen = nothing, spec, fault } = context;
  const { roles = [], after = 1 } = spec.fallback ?? {};
  // Nobody stands behind whoever resolves conflicts, or makes smaller tasks of it.
  if ((context.turn ?? 'author') !== 'author') return false;
  if (!isTroubled(context) || fallen.count >= roles.length) return false;
  // Nobody is left to have another trouble.
  return fault?.code === 'role.lost' || fallen.troubles + 1 >= after;
}

export function fallBack({ fallen = nothing, handed, spec, fault }: Fallible): Patch {
  const next = { count: fallen.count + 1, troubles: 0 };
  const from = handed?.role ?? fallbackOf({ spec, fallen }) ?? spec.role;
  const to = fallbackOf({ spec, fallen: next });
  const message = `${to} goes on in place of ${from}: ${fault?.message}`;
  const patch = { fallen: next, fault: { code: replaced, message, retryable: true } };
  // Whoever it was handed to is the one that can't.
  return handed ? { ...patch, handed: { ...handed, role: null } } : patch;
}

/** Another attempt begins: what the last one met is counted, or forgotten. */
export function noted(context: Fallible): Patch {
  const { spec, fallen = nothing } = context;
  if (!spec.fallback) return {};
  // More than enough is no more: a count without end would be one of its own.
  const counted = isTroubled(context) ? Math.min(fallen.troubles + 1, spec.fallback.after) : 0;
  return { fallen: { ...fallen, troubles: counted } };
}

export function fallbackOf({ spec, fallen }: Pick<Fallible, 'spec' | 'fallen'>): RoleName | null {
  return (fallen && spec.fallback?.roles[fallen.count - 1]) ?? null;
}
