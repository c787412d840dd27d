/** An account's life: it is lent to attempts until a limit, its money or its key keeps it. */
import { assign, emit, setup } from 'xstate';
import { assert } from './errors.ts';
import type { AccountFact, TroupeEvent } from './events.ts';
import { kernelActions } from './messages.ts';
import * as lending from './rules/lending.ts';

function refused(context: lending.AccountContext, loan: string, refusal: lending.Refusal) {
  return { type: 'account.refused', account: context.name, loan, ...refusal } as const;
}

export const accountMachine = setup({
  types: {
    input: {} as lending.AccountInput,
    context: {} as lending.AccountContext,
    events: {} as TroupeEvent,
    emitted: {} as AccountFact,
  },
  actions: kernelActions,
  delays: { reset: ({ context }) => lending.restMs(context) },
  guards: {
    lends: ({ context, event }) =>
      event.type === 'account.lease' && lending.refusalOf(context, event) === null,
    owes: ({ context, event }) => event.type === 'account.settle' && event.loan in context.loans,
    warns: ({ context }) => context.warning !== null,
    isRevoked: ({ context }) => context.trouble.kind === 'revoked',
    isExhausted: ({ context }) => lending.exhaustion(context) !== null,
    isLimited: ({ context }) => context.trouble.kind === 'limited',
    comesBack: ({ context }) => lending.resetAtMs(context) !== null,
  },
}).createMachine({
  id: 'account',
  version: '1',
  context: ({ input }) => lending.openedBooks(input),
  initial: 'judging',
  on: {
    'account.lease': {
      actions: emit(({ context, event }) => refused(context, event.loan, lending.closure(context))),
    },
    'account.settle': {
      guard: 'owes',
      target: '.weighing',
      actions: assign(({ context, event }) => lending.settled(context, event)),
    },
    'account.learn': {
      target: '.judging',
      actions: assign(({ context, event }) => lending.learned(context, event)),
    },
    'account.amend': {
      target: '.judging',
      actions: assign(({ context, event }) => lending.amended(context, event)),
    },
    'account.restore': {
      target: '.judging',
      actions: assign(({ event }) => lending.restored(event)),
    },
  },
  states: {
    available: {
      on: {
        'account.lease': [
          {
            guard: 'lends',
            actions: [
              assign(({ context, event }) => lending.lent(context, event)),
              emit(({ context, event }) => ({
                type: 'account.leased',
                account: context.name,
                loan: event.loan,
              })),
            ],
          },
          {
            actions: emit(({ context, event }) => {
              const refusal = lending.refusalOf(context, event);
              assert(refusal, `${context.name} refuses for no reason`);
              return refused(context, event.loan, refusal);
            }),
          },
        ],
      },
    },
    // Others may still use it: what they find makes it wait longer, or for good.
    throttled: {
      entry: emit(({ context }) => ({
        type: 'account.throttled',
        account: context.name,
        untilMs: context.nowMs + lending.restMs(context),
      })),
      after: {
        reset: {
          target: 'judging',
          actions: [
            assign(({ context }) => lending.lapsed(context)),
            emit(({ context }) => ({ type: 'account.recovered', account: context.name })),
          ],
        },
      },
    },
    exhausted: {
      entry: emit(({ context }) => ({
        type: 'account.exhausted',
        account: context.name,
        ...lending.closure(context),
      })),
      initial: 'looking',
      states: {
        looking: {
          always: [{ guard: 'comesBack', target: 'resting' }, { target: 'spent' }],
        },
        resting: {
          after: {
            reset: {
              target: '#account.judging',
              actions: [
                assign(({ context }) => lending.lapsed(context)),
                emit(({ context }) => ({ type: 'account.recovered', account: context.name })),
              ],
            },
          },
        },
        spent: {},
      },
    },
    revoked: {
      entry: emit(({ context }) => ({
        type: 'account.revoked',
        account: context.name,
        reason: lending.closure(context).reason,
      })),
    },
    weighing: {
      always: [
        {
          guard: 'warns',
          target: 'judging',
          actions: emit(({ context }) => {
            assert(context.warning, `${context.name} warns of nothing`);
            return { type: 'account.warned', account: context.name, ...context.warning };
          }),
        },
        { target: 'judging' },
      ],
    },
    judging: {
      always: [
        { guard: 'isRevoked', target: 'revoked' },
        { guard: 'isExhausted', target: 'exhausted' },
        { guard: 'isLimited', target: 'throttled' },
        { target: 'available' },
      ],
    },
  },
});
