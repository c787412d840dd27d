/** Machines that may wait for ever. */
import { createMachine, fromPromise, setup } from 'xstate';
import type { Broken } from './case.ts';

const asking = setup({ actors: { ask: fromPromise(() => Promise.resolve(1)) } });

export const brokenWaits: Readonly<Record<string, Broken>> = {
  'work without a deadline': {
    property: 'no-deadline',
    state: 'asking',
    path: ['go'],
    machine: asking.createMachine({
      id: 'asks',
      initial: 'idle',
      states: {
        idle: { on: { go: 'asking' } },
        asking: { invoke: { id: 'ask', src: 'ask', onDone: 'done', onError: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'an answer that may never come': {
    property: 'no-deadline',
    state: 'waiting',
    path: ['go'],
    machine: createMachine({
      id: 'request',
      initial: 'idle',
      states: {
        idle: { on: { go: 'waiting' } },
        waiting: { on: { answered: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'a deadline that is used up and not set again': {
    property: 'no-deadline',
    state: 'waiting',
    path: ['go', 'xstate.after.1000.reminder.waiting'],
    machine: createMachine({
      id: 'reminder',
      initial: 'idle',
      states: {
        idle: { on: { go: 'waiting' } },
        waiting: { on: { answered: 'done' }, after: { 1000: { actions: () => {} } } },
        done: { type: 'final' },
      },
    }),
  },
  'an endless machine that waits for work without a deadline': {
    property: 'no-deadline',
    state: 'fetching',
    path: ['fetch'],
    machine: asking.createMachine({
      id: 'cache',
      initial: 'idle',
      states: {
        idle: { on: { fetch: 'fetching' } },
        fetching: { invoke: { id: 'ask', src: 'ask', onDone: 'idle', onError: 'idle' } },
      },
    }),
  },
};
