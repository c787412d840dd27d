/** Machines with states that nothing leads to, nothing leads out of, or that lead nowhere. */
import { assign, createMachine, setup } from 'xstate';
import type { Broken } from './case.ts';

const counting = setup({ types: { context: {} as { count: number } } });

export const brokenWays: Readonly<Record<string, Broken>> = {
  'a state that no transition leads to': {
    property: 'unreachable',
    state: 'forgotten',
    path: [],
    machine: createMachine({
      id: 'forgotten',
      initial: 'idle',
      states: {
        idle: { on: { go: 'done' } },
        forgotten: { on: { go: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'a final state behind a guard that is never true': {
    property: 'unreachable',
    state: 'done',
    path: [],
    machine: counting.createMachine({
      id: 'countdown',
      context: { count: 0 },
      initial: 'idle',
      states: {
        idle: {
          on: {
            tick: [
              { guard: ({ context }) => context.count < 0, target: 'done' },
              { actions: assign({ count: ({ context }) => (context.count + 1) % 4 }) },
            ],
          },
        },
        done: { type: 'final' },
      },
    }),
  },
  'a transition that an earlier one always takes': {
    property: 'unreachable',
    state: 'express',
    path: [],
    machine: createMachine({
      id: 'shadowed',
      initial: 'idle',
      states: {
        idle: { on: { ship: [{ target: 'normal' }, { target: 'express' }] } },
        normal: { type: 'final' },
        express: { type: 'final' },
      },
    }),
  },
  'a substate that its parent never begins': {
    property: 'unreachable',
    state: 'open.blue',
    path: [],
    machine: createMachine({
      id: 'nested',
      initial: 'idle',
      states: {
        idle: { on: { open: 'open' } },
        open: {
          initial: 'red',
          on: { close: 'idle' },
          after: { 1000: 'idle' },
          states: { red: { on: { next: 'green' } }, green: { on: { next: 'red' } }, blue: {} },
        },
      },
    }),
  },
  'a state that is not final and has no way out': {
    property: 'dead-end',
    state: 'failed',
    path: ['go', 'xstate.after.1000.download.loading'],
    machine: createMachine({
      id: 'download',
      initial: 'idle',
      states: {
        idle: { on: { go: 'loading' } },
        loading: { on: { loaded: 'done' }, after: { 1000: 'failed' } },
        done: { type: 'final' },
        failed: {},
      },
    }),
  },
  'a way out whose guard always refuses': {
    property: 'dead-end',
    state: 'locked',
    path: ['lock'],
    machine: setup({ types: { context: {} as { key: string | null } } }).createMachine({
      id: 'door',
      context: { key: null },
      initial: 'idle',
      states: {
        idle: { on: { lock: 'locked', leave: 'gone' } },
        locked: {
          on: { unlock: { guard: ({ context }) => context.key !== null, target: 'idle' } },
        },
        gone: { type: 'final' },
      },
    }),
  },
  'a parallel machine whose second region never ends': {
    property: 'no-end',
    state: 'upload.sent & log.open',
    path: ['sent'],
    machine: setup({ types: { context: {} as { locked: boolean } } }).createMachine({
      id: 'both',
      type: 'parallel',
      context: { locked: false },
      states: {
        upload: {
          initial: 'idle',
          states: {
            idle: { on: { sent: { target: 'sent', actions: assign({ locked: true }) } } },
            sent: { type: 'final' },
          },
        },
        log: {
          initial: 'open',
          states: {
            open: {
              on: { close: { guard: ({ context }) => !context.locked, target: 'shut' } },
              after: { 5000: { target: 'open', reenter: true } },
            },
            shut: { type: 'final' },
          },
        },
      },
    }),
  },
  'two states that only lead to each other': {
    property: 'no-end',
    state: 'retrying',
    path: ['go', 'fail'],
    machine: createMachine({
      id: 'retry',
      initial: 'idle',
      states: {
        idle: { on: { go: 'trying' } },
        trying: { on: { fail: 'retrying', done: 'done' }, after: { 9000: 'retrying' } },
        retrying: { after: { 100: 'again' } },
        again: { after: { 100: 'retrying' } },
        done: { type: 'final' },
      },
    }),
  },
  'an endless machine that never comes back to idle': {
    property: 'no-end',
    state: 'serving',
    path: ['order'],
    machine: createMachine({
      id: 'kiosk',
      initial: 'idle',
      states: {
        idle: { on: { order: 'serving' } },
        serving: { on: { served: 'cleaning' }, after: { 5000: 'cleaning' } },
        cleaning: { after: { 1000: 'serving' } },
      },
    }),
  },
};
