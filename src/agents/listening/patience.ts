/** When an agent is ended early: what it waits for will not come, or it goes in circles. */

import { type Trouble, trouble } from '../trouble.ts';
import type { Testimony } from './testimony.ts';

/** A limit that lasts longer is waited for by the task, which then holds no agent and no slot. */
const limitWaitMaxMs = 15_000;
const limitsMax = 3;
/** Agents back off between tries: these take a minute or more. */
const failuresMax = 8;
/** The same tool with the same input, nothing in between. A plan may allow fewer, and no more. */
const repeatsMax = 100;

/** Null: go on. */
export function impatience(told: Testimony, nowMs: number): Trouble | null {
  const { failing, failures, repeats } = told;
  if (repeats >= repeatsMax) {
    return trouble('stuck', `it made the same call ${repeats} times, one after the other`);
  }
  switch (failing?.kind) {
    case undefined:
      return null;
    // Eighty seconds of trying the same wrong key help nobody.
    case 'auth':
    case 'exhausted':
      return failing;
    case 'quota':
      return failures >= limitsMax || waitOf(failing, nowMs) > limitWaitMaxMs ? failing : null;
    default:
      return failures >= failuresMax ? failing : null;
  }
}

/** How long from now until a limit is said to end; 0 when nothing is said. */
export function waitOf({ until }: Trouble, nowMs: number): number {
  if (until === null) return 0;
  return Math.max(0, 'afterMs' in until ? until.afterMs : until.atMs - nowMs);
}
