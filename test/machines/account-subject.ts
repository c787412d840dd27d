/** The account machine in every state it can rest in, and how it gets there. */
import type { EventObject } from 'xstate';
import { accountMachine } from '../../machines/account.ts';
import type { AccountLimits } from '../../machines/loan.ts';
import { alphabet, dayBeganAt, grok1, noLimits, variants } from './alphabet.ts';
import { subject } from './tables.ts';

const input = (limits: Partial<AccountLimits> = {}) => ({
  ...{ name: grok1, limits: { ...noLimits, ...limits }, at: dayBeganAt },
});
const lease = alphabet['account.lease'];
const cheap = { ...lease, usdMax: 0.25 } as EventObject;
const fromAnother = { ...variants['account.settle (limited)'], loan: 'run/2' } as EventObject;
const reset = (state: string) => ({ type: `xstate.after.reset.account.${state}` });

export const accountSubject = subject(accountMachine, {
  scenes: {
    available: { at: 'available', input: input(), path: [] },
    'available, in use': { at: 'available', input: input(), path: [lease] },
    'available, all of it in use': {
      at: 'available',
      input: input({ concurrency: 1 }),
      path: [lease],
    },
    'available, and little may be spent': {
      at: 'available',
      input: input({ usdPerDay: 0.25, usdMax: 0.3 }),
      path: [cheap],
    },
    throttled: {
      at: 'throttled',
      input: input(),
      path: [lease, variants['account.settle (limited)']],
    },
    'throttled, still in use': {
      at: 'throttled',
      input: input(),
      path: [lease, variants['account.lease (another)'], fromAnother],
    },
    'exhausted for now': {
      at: 'exhausted.resting',
      input: input(),
      path: [lease, variants['account.settle (out of quota)']],
    },
    'exhausted for today': {
      at: 'exhausted.resting',
      input: input({ usdPerDay: 0.25 }),
      path: [cheap, alphabet['account.settle']],
    },
    'exhausted for good': {
      at: 'exhausted.spent',
      input: input(),
      path: [lease, variants['account.settle (exhausted)']],
    },
    revoked: {
      at: 'revoked',
      input: input(),
      path: [lease, variants['account.settle (revoked)']],
    },
  },
  kernelEvents: {
    'xstate.after.reset.account.throttled': reset('throttled'),
    'xstate.after.reset.account.exhausted.resting': reset('exhausted.resting'),
  },
  passing: ['judging', 'weighing', 'exhausted.looking'],
  // Every event says what time it is.
  fleeting: ['nowMs', 'warning'],
});
