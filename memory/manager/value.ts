/** What a memory is worth: whether it worked, still holds, was used, how old and large it is. */

export interface Worth {
  readonly id: number;
  readonly runId: string;
  readonly taskId: string;
  readonly outcome: string;
  /** `superseded` was done again since, `stale` has files that have changed since. */
  readonly validity: 'holds' | 'stale' | 'superseded';
  /** Why it stays whatever it is worth: somebody pinned it, or a living run may still need it. */
  readonly hold: 'none' | 'pinned' | 'live';
  /** How many tasks were told of it. */
  readonly uses: number;
  readonly bytes: number;
  readonly finishedAt: number;
}

/** What may stay; whatever is left out is no limit. */
export interface Budget {
  readonly tasksMax?: number;
  readonly bytesMax?: number;
  readonly ageMaxMs?: number;
  /** From 0 to 1: what is worth less goes. */
  readonly worthMin?: number;
}

const halfLifeMs = 90 * 24 * 60 * 60 * 1_000;
/** A memory of so many bytes is half as welcome for its size as one that takes no place. */
const halfBytes = 8_192;
/** Shares of the whole: they add up to 1. */
const shares = { outcome: 0.3, validity: 0.25, use: 0.2, age: 0.15, size: 0.1 } as const;
const outcomes: Readonly<Record<string, number>> = { succeeded: 1, failed: 0.5 };
const validities: Readonly<Record<Worth['validity'], number>> = {
  holds: 1,
  stale: 0.4,
  superseded: 0,
};
/** Whoever was used so often is worth half of what use can give. */
const usesHalf = 2;

/** From 0 to 1. */
export function worthOf(worth: Worth, now: number): number {
  const { outcome, validity, uses, bytes, finishedAt } = worth;
  const age = Math.max(0, now - finishedAt);
  return (
    shares.outcome * (outcomes[outcome] ?? 0) +
    shares.validity * validities[validity] +
    shares.use * (uses / (uses + usesHalf)) +
    shares.age * 0.5 ** (age / halfLifeMs) +
    shares.size * (halfBytes / (halfBytes + bytes))
  );
}

/** Of those that go: what they are worth, and why. */
export interface Surplus extends Worth {
  readonly worth: number;
  readonly why: string;
}

/**
 * Those that go so that the rest keeps to a budget: the least worth first, of equals the older one.
 * What is held stays, also when the budget is not kept by that.
 */
export function surplus(all: readonly Worth[], budget: Budget, now: number): readonly Surplus[] {
  const free = all.filter(({ hold }) => hold === 'none');
  const ranked = free.map((each) => ({ ...each, worth: worthOf(each, now) }));
  ranked.sort((a, b) => a.worth - b.worth || a.finishedAt - b.finishedAt || a.id - b.id);
  const left = { tasks: all.length, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
  const going: Surplus[] = [];
  for (const each of ranked) {
    const why = excess(each, budget, left, now);
    if (why === null) continue;
    going.push({ ...each, why });
    left.tasks -= 1;
    left.bytes -= each.bytes;
  }
  return going;
}

/** Null when it may stay. */
function excess(
  { worth, finishedAt }: Worth & { readonly worth: number },
  { tasksMax = Infinity, bytesMax = Infinity, ageMaxMs = Infinity, worthMin = 0 }: Budget,
  left: { readonly tasks: number; readonly bytes: number },
  now: number,
): string | null {
  if (now - finishedAt > ageMaxMs) return 'it is older than may stay';
  if (worth < worthMin) return 'it is worth less than may stay';
  if (left.tasks > tasksMax) return 'more are remembered than may stay';
  return left.bytes > bytesMax ? 'memory is larger than it may be' : null;
}
