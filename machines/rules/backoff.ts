/** How long to wait before the next try: exponential, capped, with jitter that a seed repeats. */

export interface Backoff {
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** The share of the delay that varies: 0 is none, 0.5 gives 50 to 100 %. */
  readonly jitter: number;
}

export const defaultBackoff: Backoff = { initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.5 };

/** Milliseconds before attempt `failures + 1`; the same key and seed give the same answer. */
export function backoffDelayMs(
  backoff: Backoff,
  failures: number,
  key: string,
  seed: number,
): number {
  const share = unitHash(`${key}#${failures}`, seed);
  return Math.round(worstBackoffMs(backoff, failures) * (1 - backoff.jitter * share));
}

/** The longest that `backoffDelayMs` can answer. */
export function worstBackoffMs(backoff: Backoff, failures: number): number {
  const { initialMs, factor, maxMs } = backoff;
  // Kept finite: no delay times infinity would be no number, and a timer that never fires.
  const growth = Math.min(Number.MAX_VALUE, factor ** Math.max(0, failures - 1));
  return Math.ceil(Math.min(maxMs, initialMs * growth));
}

/** A number in [0, 1) from a text and a seed: FNV-1a with a final avalanche (Murmur3's). */
export function unitHash(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
