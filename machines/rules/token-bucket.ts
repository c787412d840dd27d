/**
 * A rate kept as a value: so many a minute, refilled steadily, taken from as work goes on.
 *
 * Invariants:
 * - it never holds more than one minute's worth;
 * - what turned out to be more than expected is taken all the same: it owes, until it has refilled;
 * - time that goes back refills nothing.
 */

export interface TokenBucket {
  readonly perMinute: number;
  /** Below zero while it owes. */
  readonly level: number;
  /** When the level was that, in ms since the epoch. */
  readonly atMs: number;
}

const minuteMs = 60_000;

export function fullBucket(perMinute: number, atMs: number): TokenBucket {
  return { perMinute, level: perMinute, atMs };
}

export function refilled(bucket: TokenBucket, atMs: number): TokenBucket {
  if (atMs <= bucket.atMs) return bucket;
  const { perMinute, level } = bucket;
  const gained = ((atMs - bucket.atMs) * perMinute) / minuteMs;
  return { perMinute, level: Math.min(perMinute, level + gained), atMs };
}

export function taken(bucket: TokenBucket, count: number, atMs: number): TokenBucket {
  const now = refilled(bucket, atMs);
  return { ...now, level: now.level - count };
}

/** Zero when there is enough now; more than a minute's worth is never waited for. */
export function waitForMs(bucket: TokenBucket, count: number, atMs: number): number {
  const { level, perMinute } = refilled(bucket, atMs);
  const missing = Math.min(count, perMinute) - level;
  return missing <= 0 ? 0 : Math.ceil((missing * minuteMs) / perMinute);
}

/** Another rate from now on: what is left stays left, what is owed stays owed. */
export function withRate(
  bucket: TokenBucket | null,
  perMinute: number | null,
  atMs: number,
): TokenBucket | null {
  if (perMinute === null) return null;
  if (bucket === null) return fullBucket(perMinute, atMs);
  const { level, ...now } = refilled(bucket, atMs);
  return { ...now, perMinute, level: Math.min(level, perMinute) };
}

/** Somebody who counts himself says that so much is left: it is never more than that. */
export function atMost(bucket: TokenBucket, left: number, atMs: number): TokenBucket {
  const now = refilled(bucket, atMs);
  return { ...now, level: Math.min(now.level, left) };
}
