/**
 * A machine of one's own, to be proved before it runs: a coffee machine that counts its coins.
 *
 *   npx troupe verify examples/coffee.machine.mjs
 *
 * Take away the `after` of `brewing`, and see what it says.
 */
import { assign, fromPromise, setup } from 'xstate';

export const machine = setup({
  actors: { brew: fromPromise(async () => 'coffee') },
  delays: { patience: 30_000, brewing: 60_000 },
  guards: {
    suffices: ({ context, event }) => context.cents + event.cents >= 50,
    isReal: ({ event }) => event.cents > 0,
  },
}).createMachine({
  id: 'coffee',
  context: { cents: 0 },
  initial: 'idle',
  states: {
    idle: {
      entry: assign({ cents: 0 }),
      on: {
        coin: [
          { guard: 'suffices', target: 'brewing' },
          { guard: 'isReal', target: 'collecting', actions: assign({ cents: take }) },
        ],
      },
    },
    collecting: {
      on: {
        coin: [
          { guard: 'suffices', target: 'brewing' },
          {
            guard: 'isReal',
            target: 'collecting',
            reenter: true,
            actions: assign({ cents: take }),
          },
        ],
        back: 'idle',
      },
      after: { patience: 'idle' },
    },
    brewing: {
      invoke: { id: 'brew', src: 'brew', onDone: 'idle', onError: 'broken' },
      after: { brewing: 'broken' },
    },
    broken: { meta: { waitsFor: 'the repair' }, on: { repaired: 'idle' } },
  },
});

function take({ context, event }) {
  return context.cents + event.cents;
}

/** What `coin` may carry: samples, or a schema of zod. Without them its data is not known. */
export const events = { coin: [{ cents: 10 }, { cents: 50 }, { cents: 0 }] };
