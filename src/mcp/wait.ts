/** Waits for a run, as long as a client may wait, and tells how far it is. */
import { z } from 'zod';
import { sleep } from '../kernel/clock.ts';
import type { Run } from '../runs/run.ts';
import type { Call } from './tool.ts';

const waitMaxSeconds = 3_600;
const waitSeconds = 120;
/** Progress is for people: more often than this nobody looks. */
const lookMs = 500;

export const waiting = {
  wait: z.boolean().default(false).describe('Wait for the end instead of answering at once.'),
  wait_seconds: z
    .number()
    .min(0)
    .max(waitMaxSeconds)
    .default(waitSeconds)
    .describe('The longest wait; the run goes on after it.'),
};

export interface Waiting {
  readonly wait: boolean;
  readonly wait_seconds: number;
}

/** Resolves when the run is over, the time is up, or nobody waits any more. */
export async function awaitRun(run: Run, given: Waiting, call: Call): Promise<void> {
  if (!given.wait) return;
  const { clock } = call.host;
  const untilMs = clock.now() + given.wait_seconds * 1_000;
  const over = run.end.then(() => 'over' as const);
  let told = -1;
  for (;;) {
    const { counts, total } = run.view();
    const done = counts.succeeded + counts.failed + counts.skipped + counts.cancelled;
    if (done !== told) call.progress(done, total, `${run.id}: ${done} of ${total} tasks`);
    told = done;
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0 || call.signal.aborted) return;
    const pause = sleep(clock, Math.min(lookMs, leftMs)).then(() => 'paused' as const);
    if ((await Promise.race([over, pause])) === 'over') return;
  }
}
