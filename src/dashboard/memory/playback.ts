/** A conversation played again: when each entry shows up, faster than it was said. Pure. */

/** Of a pause, however long, no more is waited than so much, at normal speed. */
export const pauseMsMax = 4_000;

/** How long after the one before it this entry comes. */
export function pauseBefore(times: readonly number[], at: number, speed: number): number {
  const [before, next] = [times[at - 1], times[at]];
  if (before === undefined || next === undefined) return 0;
  return Math.min(pauseMsMax, Math.max(0, next - before)) / speed;
}

/** All of it, in milliseconds. */
export function playedMs(times: readonly number[], speed: number): number {
  return times.reduce((sum, _, at) => sum + pauseBefore(times, at, speed), 0);
}
