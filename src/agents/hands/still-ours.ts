/** Whether what an agent wants may be done: not by who stood still until others had its task. */
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { Guardian } from '../processes/guardian.ts';

export interface Standing {
  readonly guardian: Guardian;
  readonly clock: Clock;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

const lookAgainMs = 50;

/**
 * What has waited in a pipe or a socket is read first after a standstill, before any timer can tell
 * that the time is over. Then the attempt is about to be given up, or its time to be lengthened.
 */
export async function isStillOurs({ guardian, clock, signal }: Standing): Promise<boolean> {
  while (guardian.isOver && !signal.aborted) await sleep(clock, lookAgainMs, signal);
  return !signal.aborted;
}
