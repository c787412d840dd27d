/** Reads what a child has left in its pipes, without waiting for whoever else holds them open. */
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { Capture } from './capture.ts';

/** A pipe that was silent for so long after its child's end is held open by somebody else. */
const quietMs = 100;
/** Whoever holds it may also talk on and on: slowly, */
const roundsMax = 30;
/** or fast. No pipe holds so much, so what the child itself left is read by then. */
const leftMaxBytes = 4 * 1024 * 1024;

type Draining = Pick<Capture, 'ended' | 'bytes' | 'doing'>;

/** `ended`: everything was read. `held`: a process that is not ours to wait for has the pipe. */
export async function drain(
  captures: readonly Draining[],
  clock: Clock,
): Promise<'ended' | 'held'> {
  const ended = Promise.all(captures.map((capture) => capture.ended));
  const bytes = (): number => captures.reduce((sum, capture) => sum + capture.bytes, 0);
  const maxBytes = bytes() + leftMaxBytes;
  for (let rounds = 0; rounds < roundsMax && bytes() < maxBytes; ) {
    const before = bytes();
    if ((await within(ended, quietMs, clock)) === 'settled') return 'ended';
    // On a busy machine the timer is due before anybody has looked at the pipes.
    await clock.breathe();
    // A slow disk is waited for: what the child did say must not be lost.
    if (captures.some((capture) => capture.doing === 'writing')) continue;
    if (bytes() === before) return 'held';
    rounds += 1;
  }
  return 'held';
}

/** Whether the promise settles in time. The wait leaves no timer behind. */
async function within(
  promise: Promise<unknown>,
  limitMs: number,
  clock: Clock,
): Promise<'settled' | 'late'> {
  const over = new AbortController();
  const settled = promise.then(() => 'settled' as const);
  const late = sleep(clock, limitMs, over.signal).then(() => 'late' as const);
  const first = await Promise.race([settled, late]);
  over.abort();
  return first;
}
