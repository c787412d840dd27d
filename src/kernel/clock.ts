/** Time, injected: the system's clock, and the one of a system that was on another machine. */

/** The longest delay that Node's timers hold; a longer one is waited for in pieces. */
const nodeDelayMaxMs = 2_147_483_647;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Milliseconds from any fixed start, for durations: a change of the wall clock is not seen. Where
   * `now` goes ahead of it by half a minute, the machine has slept, or its clock was set.
   */
  elapsed(): number;
  /** Calls once, at `dueMs` (epoch) or as soon after as the process can. Returns how to give up. */
  at(dueMs: number, call: () => void): () => void;
  /** Resolves when other work (I/O, signals, a screen) had its turn. */
  breathe(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at(dueMs, call) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = dueMs - Date.now();
      timer =
        leftMs > nodeDelayMaxMs
          ? setTimeout(arm, nodeDelayMaxMs)
          : setTimeout(call, Math.max(0, leftMs));
    };
    arm();
    return () => clearTimeout(timer);
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};

/**
 * The same clock, at `atMs` now: for one that goes on where another machine's clock was ahead.
 * Times that were written there come when they are due, and not by as much later.
 */
export function ahead(clock: Clock, atMs: number): Clock {
  const byMs = atMs - clock.now();
  return {
    now: () => clock.now() + byMs,
    elapsed: () => clock.elapsed(),
    at: (dueMs, call) => clock.at(dueMs - byMs, call),
    breathe: () => clock.breathe(),
  };
}

/** Resolves after so many milliseconds of the clock, or at once when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.at(clock.now() + delayMs, finish);
    signal?.addEventListener('abort', finish);
  });
}
