/** Whether an agent may still act: not when this process stood still until others had its task. */
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
 * After a standstill (the machine slept, the process was stopped) Node reads what has waited in
 * pipes and sockets before it runs any timer: an agent's wish can come before its attempt is given
 * up. While the guardian's time is over this waits, until the attempt has been given up (false) or
 * the time has been lengthened (true).
 */
export async function isStillOurs({ guardian, clock, signal }: Standing): Promise<boolean> {
  while (guardian.isOver && !signal.aborted) await sleep(clock, lookAgainMs, signal);
  return !signal.aborted;
}
