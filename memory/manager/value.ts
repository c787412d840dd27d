/** What a memory is worth: whether it worked, still counts, was used, and how old it is. */

export interface Worth {
  readonly id: number;
  readonly runId: string;
  readonly taskId: string;
  readonly outcome: string;
  readonly isSuperseded: boolean;
  readonly isPinned: boolean;
  /** How many tasks were told of it. */
  readonly uses: number;
  readonly finishedAt: number;
}

const halfLifeMs = 90 * 24 * 60 * 60 * 1_000;
/** Shares of the whole: they add up to 1. */
const shares = { outcome: 0.35, current: 0.3, use: 0.2, age: 0.15 } as const;
const outcomes: Readonly<Record<string, number>> = { succeeded: 1, failed: 0.5 };
/** Whoever was used so often is worth nearly all that use can give. */
const usesHalf = 2;

/** From 0 to 1. */
export function worthOf({ outcome, isSuperseded, uses, finishedAt }: Worth, now: number): number {
  const age = Math.max(0, now - finishedAt);
  return (
    shares.outcome * (outcomes[outcome] ?? 0) +
    shares.current * (isSuperseded ? 0 : 1) +
    shares.use * (uses / (uses + usesHalf)) +
    shares.age * 0.5 ** (age / halfLifeMs)
  );
}

/**
 * Those that go when only so many are to stay: the least worth first, of equals the older one. What
 * is pinned stays, and what a run that is alive may still need.
 */
export function leastWorth(
  all: readonly Worth[],
  keep: number,
  { now, live }: { readonly now: number; readonly live: ReadonlySet<string> },
): readonly Worth[] {
  const free = all.filter(({ isPinned, runId }) => !isPinned && !live.has(runId));
  const ranked = free.map((each) => ({ each, value: worthOf(each, now) }));
  ranked.sort((a, b) => a.value - b.value || a.each.id - b.each.id);
  return ranked.slice(0, Math.max(0, all.length - keep)).map(({ each }) => each);
}
