/** One actor tells many the same, in one message to a list of addresses. */
import { assign, setup } from 'xstate';
import { carried, openHost } from '../lib/host.mjs';

const listener = setup({ actions: carried }).createMachine({
  id: 'listener',
  context: { heard: 0 },
  on: {
    news: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
    spread: {
      actions: {
        type: 'send',
        params: ({ event }) => ({ to: addresses(event.count), event: { type: 'news' } }),
      },
    },
  },
});

let known = [];
function addresses(count) {
  if (known.length !== count) known = Array.from({ length: count }, (_, at) => `listener/${at}`);
  return known;
}

export async function run({ host: kind, actors }) {
  const host = await openHost(kind, listener);
  host.spawn('speaker', {});
  for (const address of addresses(actors)) host.spawn(address, {});
  await host.settled();
  const start = performance.now();
  host.send('speaker', { type: 'spread', count: actors });
  await host.settled();
  const ms = performance.now() - start;
  for (const address of addresses(actors)) {
    if (host.state(address).heard !== 1) throw new Error(`${address} heard nothing`);
  }
  await host.close();
  return { perS: (actors / ms) * 1_000 };
}
