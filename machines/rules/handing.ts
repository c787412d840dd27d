/**
 * An attempt that goes on with somebody else: whoever worked on it leaves a note, and a successor
 * begins with the note, in the same place, as the same attempt.
 *
 * Invariants: no retry is spent by it, what all of them cost is the attempt's cost, all of them
 * together have the attempt's time, and a task is handed over `max` times at most.
 */
import type { RoleName } from '../ids.ts';
import type { Earlier, HandoffNote, Outcome } from '../outcome.ts';
import type { TaskSpec } from '../plan.ts';

/** How often it was handed over; absent: never. */
export interface Handed {
  readonly count: number;
  /** Who goes on with it; null: its own role. */
  readonly role: RoleName | null;
  /** What was worked on this attempt before whoever has it now. */
  readonly spentMs: number;
  /** `due`: the successor is still to begin. */
  readonly stage: 'due' | 'begun';
}

/** A person has it in place of an agent. */
export interface Held {
  readonly by: string;
  /** How long they are waited for. */
  readonly withinMs: number;
  /** In the middle of an attempt, or between two. */
  readonly from: 'attempt' | 'pause';
}

/** Of a task, what this is about. */
interface Handable {
  readonly spec: TaskSpec;
  readonly attempt: number;
  readonly outcome: Outcome | null;
  readonly handed?: Handed;
}

interface Noted {
  readonly outcome: Outcome | null;
  readonly earlier: Earlier | null;
}

type Patch = Partial<Pick<Handable, 'attempt' | 'handed'>>;

/** The fault of the part that ended so. */
export const handedOver = 'agent.handed-over';
/** Whoever goes on gets so long at least. */
export const leastMs = 60_000;

export function mayHandOver({ spec, outcome, handed }: Handable): boolean {
  const isAsked = outcome?.kind === 'interrupted' && outcome.handoff !== undefined;
  return isAsked && (handed?.count ?? 0) < (spec.handoffs?.max ?? 0);
}

export function handOver({ outcome, spec, handed }: Handable): Patch {
  const { to } = outcome?.handoff ?? {};
  const role = to !== undefined && spec.handoffs?.to.includes(to) ? to : null;
  const spentMs = (handed?.spentMs ?? 0) + (outcome?.durationMs ?? 0);
  const count = (handed?.count ?? 0) + 1;
  return { handed: { count, role: role ?? handed?.role ?? null, spentMs, stage: 'due' } };
}

/** Its successor begins the same attempt, and anybody else another one. */
export function begins({ attempt, handed }: Handable): Patch {
  if (!handed) return { attempt: attempt + 1 };
  if (handed.stage === 'due') return { handed: { ...handed, stage: 'begun' } };
  return { attempt: attempt + 1, handed: { ...handed, spentMs: 0 } };
}

/** Of the time of the attempt, what is left. */
export function leftMs({ spec, handed }: Pick<Handable, 'spec' | 'handed'>): number {
  if (!handed || handed.spentMs === 0) return spec.timeoutMs;
  return Math.max(Math.min(leastMs, spec.timeoutMs), spec.timeoutMs - handed.spentMs);
}

/**
 * What whoever goes on is told. A person's word that it is done is looked at once: what is wrong
 * with it is for an agent.
 */
export function noteAfter({ outcome, earlier }: Noted): HandoffNote | undefined {
  const note = outcome?.handoff ?? earlier?.note;
  if (!note?.finishedBy || !outcome || outcome.kind === 'interrupted') return note;
  const { finishedBy: _, ...rest } = note;
  return rest;
}
