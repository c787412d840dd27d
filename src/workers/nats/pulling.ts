/** Asks a queue for calls: so many at most, those that are there or each as soon as it is. */
import { createInbox, type Msg, nanos } from '@nats-io/transport-node';
import { pullSubject } from './queues.ts';
import type { Servers } from './servers.ts';

const pullMs = 3_000;
/** The servers say that its time is over; a queue that is not there says nothing at all. */
const pullSlackMs = 1_500;
/** Its time is over, or a part of it: nothing more comes of this one. */
const overCodes = [404, 408];

export interface Pull {
  readonly queue: string;
  readonly count: number;
  /** Whether ones that are not there yet are waited for, for a while. */
  readonly patience: 'some' | 'none';
  /** Whoever gets a call has to answer it. */
  readonly take: (call: Msg) => void;
}

/** Resolves when no more come of it; rejects when the queue is not there, or no server is. */
export function pullCalls(
  { nc, clock, ...servers }: Pick<Servers, 'nc' | 'clock' | 'work'>,
  { queue, count, patience, take }: Pull,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    // One of its own: a call comes under its own subject, and would not say whose it is.
    const inbox = createInbox();
    const end = (trouble?: Error): void => {
      cancel();
      wire.unsubscribe();
      if (trouble) reject(trouble);
      else resolve();
    };
    const wire = nc.subscribe(inbox, {
      callback: (error, message) => {
        const code = message.headers?.code ?? 0;
        if (error) return end(error);
        if (overCodes.includes(code)) return end();
        if (code > 0) return end(new Error(`the queue says ${code}`));
        left -= 1;
        take(message);
        if (left === 0) end();
      },
    });
    const waitMs = patience === 'some' ? pullMs : 0;
    const silent = (): void => end(new Error('the queue says nothing'));
    const cancel = clock.at(clock.now() + waitMs + pullSlackMs, silent);
    // With the connection, too.
    void wire.closed.then(() => end());
    const until = patience === 'some' ? { expires: nanos(waitMs) } : { no_wait: true };
    const wish = JSON.stringify({ batch: count, ...until });
    nc.publish(pullSubject(servers, queue), wish, { reply: inbox });
  });
}
