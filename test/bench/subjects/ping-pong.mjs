/** Two actors send each other a message until one of them has counted enough. */
import { assign, setup } from 'xstate';
import { carried, openHost } from '../lib/host.mjs';

const player = setup({
  actions: carried,
  guards: { enough: ({ context }) => context.count >= context.enough },
}).createMachine({
  id: 'player',
  context: ({ input }) => ({ ...input, count: 0 }),
  initial: 'playing',
  states: {
    playing: {
      on: {
        ball: [
          { guard: 'enough', target: 'done' },
          {
            actions: [
              assign({ count: ({ context }) => context.count + 1 }),
              {
                type: 'send',
                params: ({ context }) => ({ to: context.other, event: { type: 'ball' } }),
              },
            ],
          },
        ],
      },
    },
    done: {},
  },
});

export async function run({ host: kind, messages }) {
  const host = await openHost(kind, player);
  const enough = messages / 2;
  host.spawn('a', { other: 'b', enough });
  host.spawn('b', { other: 'a', enough });
  await host.settled();
  const start = performance.now();
  host.send('a', { type: 'ball' });
  await host.settled();
  const ms = performance.now() - start;
  const counted = host.state('a').count + host.state('b').count;
  if (counted !== messages) throw new Error(`${counted} of ${messages} messages arrived`);
  await host.close();
  return { perS: (messages / ms) * 1_000 };
}
