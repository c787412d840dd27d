/**
 * Troupe as a runtime, without an agent in sight: an order that waits, pays, packs and ships.
 *
 *   node examples/order.mjs          # then press Ctrl-C, or kill -9 it, wherever you like
 *   node examples/order.mjs          # it goes on from there: timers with what was left of them
 *
 * The machine is ordinary XState. What makes it survive is the folder given to `openSystem`: every
 * input is on disk before anything follows from it.
 */
import { openSystem } from 'troupe';
import { assign, emit, fromPromise, setup } from 'xstate';

const orderMachine = setup({
  actors: {
    /** May be called again after a crash, with the same order: charge by its number, once. */
    charge: fromPromise(async ({ input }) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (input.amount > 1_000) throw new Error('the card was declined');
      return { receipt: `R-${input.number}` };
    }),
  },
  delays: { reservation: 30_000, packing: 2_000, transport: 3_000 },
  guards: { mayTryAgain: ({ context }) => context.tries < 3 },
}).createMachine({
  id: 'order',
  version: '1',
  context: ({ input }) => ({ ...input, tries: 0, receipt: null }),
  initial: 'reserved',
  states: {
    reserved: {
      entry: emit({ type: 'order.reserved' }),
      on: { 'order.pay': 'charging', 'order.cancel': 'cancelled' },
      after: { reservation: 'expired' },
    },
    charging: {
      entry: assign({ tries: ({ context }) => context.tries + 1 }),
      invoke: {
        id: 'charge',
        src: 'charge',
        input: ({ context }) => ({ number: context.number, amount: context.amount }),
        onDone: {
          target: 'packing',
          actions: assign({ receipt: ({ event }) => event.output.receipt }),
        },
        onError: [{ guard: 'mayTryAgain', target: 'reserved' }, { target: 'cancelled' }],
      },
    },
    packing: {
      entry: emit(({ context }) => ({ type: 'order.paid', receipt: context.receipt })),
      after: { packing: 'shipped' },
    },
    shipped: {
      entry: emit({ type: 'order.shipped' }),
      after: { transport: 'delivered' },
    },
    delivered: { type: 'final', entry: emit({ type: 'order.delivered' }) },
    expired: { type: 'final', entry: emit({ type: 'order.expired' }) },
    cancelled: { type: 'final', entry: emit({ type: 'order.cancelled' }) },
  },
  output: ({ context }) => ({ receipt: context.receipt }),
});

const system = await openSystem({ folder: '.troupe/order', machines: [orderMachine] });
system.onFact(({ seq, event }) => console.log(`${seq} ${event.type}`, event.receipt ?? ''));

const before = system.ref(orderMachine, 'order/1').snapshot();
const order = before
  ? system.ref(orderMachine, 'order/1')
  : system.spawn(orderMachine, { id: 'order/1', input: { number: 1, amount: 42 } });
console.log(before ? `going on from "${before.value}"` : 'a new order');
if (order.snapshot().value === 'reserved') await order.send({ type: 'order.pay' });

const ending = await order.ending();
console.log('it ended:', ending);
await system.close();
