/** What memory needs of a clock; whoever opens it brings one. */
export interface Time {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from any fixed start, for durations. */
  elapsed(): number;
  /** Calls once, at `dueMs` (epoch). Returns how to give up. */
  at(dueMs: number, call: () => void): () => void;
  /** Resolves when other work had its turn. */
  breathe(): Promise<void>;
}

export function pause(time: Time, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    time.at(time.now() + delayMs, resolve);
  });
}
