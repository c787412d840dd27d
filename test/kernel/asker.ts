/** Answers questions: at once, later, twice, or never. */
import { assign, setup } from 'xstate';
import { type Address, address } from '../../machines/ids.ts';
import { carried } from './machines.ts';

type Question = { readonly replyTo: Address };

export const asker = setup({
  types: {} as {
    context: { asked: Address };
    events:
      | ({ type: 'ask.now' } & Question)
      | ({ type: 'ask.twice' } & Question)
      | ({ type: 'ask.later' } & Question)
      | ({ type: 'ask.never' } & Question)
      | { type: 'answer.now' };
  },
  actions: carried,
}).createMachine({
  id: 'asker',
  context: { asked: address('nobody') },
  on: {
    'ask.now': {
      actions: {
        type: 'send',
        params: ({ event }) => ({ to: event.replyTo, event: { type: 'answer', text: 'at once' } }),
      },
    },
    'ask.twice': {
      actions: {
        type: 'sendAll',
        params: ({ event: { replyTo: to } }) => ({
          messages: [
            { to, event: { type: 'answer', text: 'first' } },
            { to, event: { type: 'answer', text: 'second' } },
          ],
        }),
      },
    },
    'ask.later': { actions: assign({ asked: ({ event }) => event.replyTo }) },
    'ask.never': {},
    'answer.now': {
      actions: {
        type: 'send',
        params: ({ context }) => ({ to: context.asked, event: { type: 'answer', text: 'later' } }),
      },
    },
  },
});
