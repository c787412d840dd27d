/** Which stretch of a run's time is seen, and how it is moved and made longer or shorter. Pure. */

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Of less nobody can tell anything. */
const shortestMs = 5;

/** `share`: what stays where it is, from 0 (the left) to 1. Null: it is all seen. */
export function zoomed(seen: Stretch, all: Stretch, by: number, share = 0.5): Stretch | null {
  const length = Math.max(shortestMs, (seen.to - seen.from) / by);
  if (length >= all.to - all.from) return null;
  const middle = seen.from + (seen.to - seen.from) * share;
  return within({ from: middle - length * share, to: middle + length * (1 - share) }, all);
}

/** `share` of what is seen; to the right when it is positive. */
export function panned(seen: Stretch, all: Stretch, share: number): Stretch {
  const by = (seen.to - seen.from) * share;
  return within({ from: seen.from + by, to: seen.to + by }, all);
}

/** As long as it was, but not beyond the ends. */
function within({ from, to }: Stretch, all: Stretch): Stretch {
  const length = to - from;
  const begin = Math.max(all.from, Math.min(from, all.to - length));
  return { from: begin, to: begin + length };
}
