/** How an attempt of a command-line agent is reported: one outcome, with the session it leaves. */
import type { LearnedLimits } from '../../machines/loan.ts';
import { noOutput, type Outcome, type Session, unknownUsage } from '../../machines/outcome.ts';
import { limitsIn } from '../../machines/rules/rate-headers.ts';
import type { Assignment } from './agent.ts';
import { broken, errnoOf, outputLost } from './faults.ts';
import { waitOf } from './listening/patience.ts';
import type { Testimony } from './listening/testimony.ts';
import type { Trouble } from './trouble.ts';
import type { Verdict } from './verdict.ts';

/** The one that was opened, else the one that was asked for. */
export function sessionOf(
  { session }: Testimony,
  { earlier }: Assignment,
  counted: Session['counted'],
): { readonly session?: Session } {
  const id = session ?? earlier?.session?.id ?? null;
  return id === null ? {} : { session: { id, counted } };
}

/** What there is to learn of the limits of its account; nothing when nothing was said. */
export function limitsOf({ headers }: Testimony, nowMs: number): { limits?: LearnedLimits } {
  const limits = limitsIn(headers, nowMs);
  return Object.keys(limits).length === 0 ? {} : { limits };
}

export type Measured = Omit<Outcome & { kind: 'succeeded' }, 'kind'>;

export function outcomeOf(
  verdict: Verdict,
  measured: Measured,
  { earlier, attempt }: Assignment,
  nowMs: number,
): Outcome {
  if (verdict.kind === 'well') return { kind: 'succeeded', ...measured };
  const { fault } = verdict;
  if (verdict.kind === 'ill') return { kind: 'failed', fault, ...measured };
  const { trouble } = verdict;
  if (trouble.kind === 'quota') {
    return { kind: 'limited', fault, waitMs: limitMs(trouble, attempt, nowMs), ...measured };
  }
  if (trouble.kind !== 'session-lost') return { kind: 'failed', fault, ...measured };
  const { session: _, ...without } = measured;
  // Only a session that was asked for can be lost: anything else would be tried again for ever.
  return earlier?.session
    ? { kind: 'interrupted', fault, ...without }
    : { kind: 'failed', fault, ...without };
}

const limitMinMs = 1_000;
const limitMaxMs = 7 * 24 * 60 * 60_000;
const unknownLimitMs = 30_000;
const unknownLimitMaxMs = 15 * 60_000;

/** As long as was said; when nothing was, longer from attempt to attempt. */
function limitMs(trouble: Trouble, attempt: number, nowMs: number): number {
  if (trouble.until === null) {
    return Math.min(unknownLimitMaxMs, unknownLimitMs * 2 ** Math.min(attempt - 1, 10));
  }
  return Math.ceil(Math.min(limitMaxMs, Math.max(limitMinMs, waitOf(trouble, nowMs))));
}

/** A listener that threw, or a disk that is full and lost this: still one outcome. */
export function crashed(error: unknown, lost = 'its answer'): Outcome {
  const fault = errnoOf(error) === null ? broken(error) : outputLost(lost, error);
  const measured = { durationMs: 0, output: noOutput, usage: unknownUsage, evidence: [] };
  return { kind: 'failed', fault, ...measured };
}
