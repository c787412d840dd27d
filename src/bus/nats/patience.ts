/** Patience with servers that have just made a stream, or lost one of them: they answer nobody. */
import type { Clock } from '../../kernel/clock.ts';
import { isUserError, UserError } from '../../kernel/user-error.ts';
import { wordsOf } from './connection.ts';

const patienceMs = 20_000;

/** Again and again while they choose who leads; rejects with what they say at last. */
export async function patiently<Done>(clock: Clock, call: () => Promise<Done>): Promise<Done> {
  const endsMs = clock.elapsed() + patienceMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!/timeout/i.test(wordsOf(error)) || clock.elapsed() >= endsMs) throw error;
    }
  }
}

/** The same for what a team keeps at the servers; rejects with a UserError. */
export async function inWords<Done>(
  prefix: string,
  clock: Clock,
  call: () => Promise<Done>,
): Promise<Done> {
  try {
    return await patiently(clock, call);
  } catch (error) {
    if (isUserError(error)) throw error;
    const message = `the buckets of ${prefix} can't be used: ${wordsOf(error)}`;
    throw new UserError('nats.bucket', message, 'see what is missing: troupe nats check');
  }
}
