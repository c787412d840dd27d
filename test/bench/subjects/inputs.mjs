/** Messages from outside, one input and one journal record each: the dearest way into the kernel. */
import { assign, setup } from 'xstate';
import { carried, openHost } from '../lib/host.mjs';

export const counter = setup({ actions: carried }).createMachine({
  id: 'counter',
  context: { count: 0 },
  on: { add: { actions: assign({ count: ({ context, event }) => context.count + event.by }) } },
});

const ids = Array.from({ length: 100 }, (_, at) => `counter/${at}`);
/** Sent before the next breath, as many as a busy socket would deliver. */
const burst = 1_000;

export async function run({ host: kind, messages }) {
  const host = await openHost(kind, counter);
  const ms = await sendAll(messages, host);
  const counted = ids.reduce((sum, id) => sum + host.state(id).count, 0);
  if (counted !== messages) throw new Error(`${counted} of ${messages} messages arrived`);
  await host.close();
  return { perS: (messages / ms) * 1_000 };
}

/** Answers the milliseconds that the messages took; the actors' births are not counted. */
export async function sendAll(messages, host) {
  for (const id of ids) host.spawn(id, {});
  await host.settled();
  const start = performance.now();
  for (let sent = 0; sent < messages; ) {
    for (let count = 0; count < burst; count += 1, sent += 1) {
      host.send(ids[sent % ids.length], { type: 'add', by: 1 });
    }
    await host.settled();
  }
  return performance.now() - start;
}
