/** How well memory is: a score from 0 to 100, its reasons, and what would help. */

export interface Vitals {
  readonly tasks: number;
  readonly superseded: number;
  readonly failed: number;
  /** Vectors of another embedder than the one in use: they are not found by meaning. */
  readonly foreign: number;
  readonly bytes: number;
}

export interface Health {
  readonly score: number;
  readonly reasons: readonly string[];
  /** Empty when there is nothing to do. */
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

function complaintsOf({ tasks, superseded, failed, foreign, bytes }: Vitals): Complaint[] {
  const share = (count: number): number => (tasks === 0 ? 0 : count / tasks);
  const keep = Math.max(1, tasks - superseded);
  const prune = `troupe memory prune --keep ${keep}`;
  return [
    {
      points: share(superseded) > much ? 40 * share(superseded) : 0,
      reason: `${superseded} of ${tasks} were done again since`,
      suggestion: prune,
    },
    {
      points: share(failed) > much ? 30 * share(failed) : 0,
      reason: `${failed} of ${tasks} have failed: there is little to learn from`,
      suggestion: 'troupe memory stats',
    },
    {
      points: 50 * share(foreign),
      reason: `${foreign} of ${tasks} have vectors of another embedding`,
      suggestion: 'troupe memory stats',
    },
    {
      points: bytes > manyBytes ? 20 : 0,
      reason: `the database has ${(bytes / 1024 ** 3).toFixed(1)} GiB`,
      suggestion: prune,
    },
  ];
}
