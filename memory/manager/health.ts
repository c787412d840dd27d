/** How well memory is: a score from 0 to 100, its reasons, and what would help. */

export interface Vitals {
  readonly tasks: number;
  readonly superseded: number;
  readonly stale: number;
  readonly failed: number;
  /** Vectors of another embedder than the one in use: they are not found by meaning. */
  readonly foreign: number;
  /** What says the same as something else that is kept. */
  readonly duplicates: number;
  readonly bytes: number;
  /** Shares of success, of those that were told of the past and of others of their roles. */
  readonly told: { readonly tasks: number; readonly success: number | null };
  readonly others: { readonly tasks: number; readonly success: number | null };
}

export interface Health {
  readonly score: number;
  readonly reasons: readonly string[];
  /** A command that would help the most; empty when there is nothing to do. */
  readonly suggestion: string;
}

interface Complaint {
  readonly points: number;
  readonly reason: string;
  readonly suggestion: string;
}

const manyBytes = 1024 ** 3;
/** Shares of all that are worth a word. */
const much = 0.5;
const some = 0.2;
/** With fewer, chance says more than memory. */
const comparedMin = 20;

export function healthOf(vitals: Vitals): Health {
  const complaints = complaintsOf(vitals).filter(({ points }) => points > 0);
  const worst = complaints.toSorted((a, b) => b.points - a.points)[0];
  const lost = complaints.reduce((sum, { points }) => sum + points, 0);
  const fine = vitals.tasks === 0 ? 'nothing is remembered yet' : 'nothing is wrong';
  return {
    score: Math.max(0, Math.round(100 - lost)),
    reasons: complaints.length === 0 ? [fine] : complaints.map(({ reason }) => reason),
    suggestion: worst?.suggestion ?? '',
  };
}

function complaintsOf(vitals: Vitals): Complaint[] {
  const { tasks, superseded, stale, failed, foreign, duplicates, bytes } = vitals;
  const share = (count: number): number => (tasks === 0 ? 0 : count / tasks);
  const above = (count: number, least: number): number => (share(count) > least ? share(count) : 0);
  const keep = Math.max(1, tasks - superseded);
  const archive = `troupe memory archive --keep ${keep}`;
  return [
    {
      points: 40 * above(superseded, much),
      reason: `${superseded} of ${tasks} were done again since`,
      suggestion: archive,
    },
    {
      points: 30 * above(stale, some),
      reason: `${stale} of ${tasks} are about files that have changed since`,
      suggestion: `troupe memory archive --keep ${Math.max(1, tasks - stale)}`,
    },
    {
      points: 30 * above(duplicates, some),
      reason: `${duplicates} of ${tasks} say what others say, too`,
      suggestion: 'troupe memory consolidate',
    },
    {
      points: 30 * above(failed, much),
      reason: `${failed} of ${tasks} have failed: there is little to learn from`,
      suggestion: 'troupe memory stats',
    },
    {
      points: 50 * share(foreign),
      reason: `${foreign} of ${tasks} have vectors of another embedding`,
      suggestion: 'troupe memory reembed',
    },
    {
      points: bytes > manyBytes ? 20 : 0,
      reason: `the database has ${(bytes / 1024 ** 3).toFixed(1)} GiB`,
      suggestion: archive,
    },
    unhelpful(vitals),
  ];
}

function unhelpful({ told, others }: Vitals): Complaint {
  const compared = told.tasks >= comparedMin && others.tasks >= comparedMin;
  const lost = compared ? (others.success ?? 0) - (told.success ?? 0) : 0;
  const percent = (share: number | null): string => `${Math.round((share ?? 0) * 100)} %`;
  return {
    points: lost > 0.05 ? Math.min(20, 100 * lost) : 0,
    reason:
      `tasks that were told of the past succeed less often than others: ` +
      `${percent(told.success)} and ${percent(others.success)}`,
    suggestion: 'troupe memory stats',
  };
}
