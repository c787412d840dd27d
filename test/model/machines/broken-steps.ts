/** Machines that an event crashes, or whose transitions never come to rest. */
import { assign, createMachine, fromPromise, raise, setup } from 'xstate';
import type { Broken } from './case.ts';

interface Order {
  readonly items: readonly string[] | null;
}
const ordering = setup({ types: { context: {} as Order } });
const paying = setup({
  actors: { pay: fromPromise(() => Promise.resolve('paid')) },
  types: { context: {} as { receipt: { id: string } | null } },
});

export const brokenSteps: Readonly<Record<string, Broken>> = {
  'two always that lead to each other': {
    property: 'always-loop',
    state: 'idle',
    path: ['go'],
    machine: createMachine({
      id: 'pingpong',
      initial: 'idle',
      states: {
        idle: { on: { go: 'ping', end: 'done' } },
        ping: { always: 'pong' },
        pong: { always: 'ping' },
        done: { type: 'final' },
      },
    }),
  },
  'an always that counts and never reaches its limit': {
    property: 'always-loop',
    state: 'idle',
    path: ['go'],
    machine: setup({ types: { context: {} as { left: number } } }).createMachine({
      id: 'counter',
      context: { left: 3 },
      initial: 'idle',
      states: {
        idle: { on: { go: 'counting', end: 'done' } },
        counting: {
          always: [
            { guard: ({ context }) => context.left === 0, target: 'done' },
            {
              target: 'counting',
              reenter: true,
              actions: assign({ left: ({ context }) => context.left - 2 }),
            },
          ],
        },
        done: { type: 'final' },
      },
    }),
  },
  'an event that raises itself for ever': {
    property: 'always-loop',
    state: 'idle',
    path: ['echo'],
    machine: createMachine({
      id: 'echo',
      initial: 'idle',
      states: {
        idle: { on: { echo: { actions: raise({ type: 'echo' }) }, end: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'a guard that reads what is not there yet': {
    property: 'crash',
    state: 'idle',
    path: ['check'],
    machine: ordering.createMachine({
      id: 'order',
      context: { items: null },
      initial: 'idle',
      states: {
        idle: {
          on: {
            check: {
              guard: ({ context }) => (context.items as string[]).length > 0,
              target: 'done',
            },
            end: 'done',
          },
        },
        done: { type: 'final' },
      },
    }),
  },
  'an assignment that breaks on a second event': {
    property: 'crash',
    state: 'open',
    path: ['open', 'add', 'clear', 'add'],
    machine: ordering.createMachine({
      id: 'basket',
      context: { items: [] },
      initial: 'idle',
      states: {
        idle: { on: { open: 'open' } },
        open: {
          on: {
            add: {
              actions: assign({
                items: ({ context }) => [...(context.items as string[]), 'one'].slice(-1),
              }),
            },
            clear: {
              guard: ({ context }) => context.items?.length === 1,
              actions: assign({ items: null }),
            },
            pay: 'done',
          },
          after: { 60000: 'done' },
        },
        done: { type: 'final' },
      },
    }),
  },
  'a sample of an event that is too short': {
    property: 'crash',
    state: 'idle',
    path: ['name'],
    events: [{ type: 'name', text: null } as never],
    machine: setup({
      types: { events: {} as { type: 'name'; text: string } | { type: 'end' } },
    }).createMachine({
      id: 'named',
      initial: 'idle',
      states: {
        idle: {
          on: {
            name: { guard: ({ event }) => event.text.length > 3, target: 'done' },
            end: 'done',
          },
        },
        done: { type: 'final' },
      },
    }),
  },
  'work whose failure nobody handles': {
    property: 'crash',
    state: 'paying',
    path: ['pay', 'xstate.error.actor.pay'],
    machine: paying.createMachine({
      id: 'till',
      context: { receipt: null },
      initial: 'idle',
      states: {
        idle: { on: { pay: 'paying' } },
        paying: { invoke: { id: 'pay', src: 'pay', onDone: 'done' }, after: { 9000: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'a guard that is not there': {
    property: 'crash',
    state: 'idle',
    path: ['go'],
    machine: createMachine({
      id: 'unguarded',
      initial: 'idle',
      states: {
        idle: { on: { go: { guard: 'isReady', target: 'done' }, end: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'a deadline without a length': {
    property: 'crash',
    state: 'idle',
    path: ['go'],
    machine: setup({
      types: { context: {} as { seconds?: number } },
      delays: { limit: ({ context }) => Number(context.seconds) * 1000 },
    }).createMachine({
      id: 'limited',
      context: {},
      initial: 'idle',
      states: {
        idle: { on: { go: 'busy', end: 'done' } },
        busy: { after: { limit: 'done' } },
        done: { type: 'final' },
      },
    }),
  },
  'an entry that crashes at birth': {
    property: 'crash',
    state: '(unborn)',
    path: [],
    inputs: [{ items: null }],
    machine: setup({
      types: { context: {} as { count: number }, input: {} as Order },
    }).createMachine({
      id: 'born',
      context: ({ input }) => ({ count: (input.items as string[]).length }),
      initial: 'idle',
      states: { idle: { on: { end: 'done' } }, done: { type: 'final' } },
    }),
  },
};
