/** Machines as people write them, without a mistake: none of them may alarm anybody. */
import {
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  fromPromise,
  sendTo,
  setup,
} from 'xstate';
import type { Good } from './case.ts';

const loading = setup({
  actors: { load: fromPromise(() => Promise.resolve({ items: ['a'] })) },
  types: { context: {} as { items: readonly string[] } },
});
const counting = setup({ types: { context: {} as { count: number } } });

export const good: Readonly<Record<string, Good>> = {
  'a toggle': {
    machine: createMachine({
      id: 'toggle',
      initial: 'inactive',
      states: { inactive: { on: { toggle: 'active' } }, active: { on: { toggle: 'inactive' } } },
    }),
  },
  'a traffic light': {
    machine: createMachine({
      id: 'light',
      initial: 'red',
      states: {
        red: { after: { 3000: 'green' } },
        green: { after: { 3000: 'yellow' } },
        yellow: { after: { 500: 'red' } },
      },
    }),
  },
  'a promise with its two ends and a deadline': {
    outputs: { load: [{ items: ['a'] }, { items: [] }] },
    machine: loading.createMachine({
      id: 'loader',
      context: { items: [] },
      initial: 'idle',
      states: {
        idle: { on: { load: 'loading' } },
        loading: {
          invoke: {
            id: 'load',
            src: 'load',
            onDone: {
              target: 'loaded',
              actions: assign({ items: ({ event }) => event.output.items }),
            },
            onError: 'failed',
          },
          after: { 10000: 'failed' },
        },
        loaded: { type: 'final' },
        failed: { type: 'final' },
      },
    }),
  },
  'a counter with a limit': {
    machine: counting.createMachine({
      id: 'counter',
      context: { count: 0 },
      initial: 'idle',
      states: {
        idle: {
          on: {
            more: {
              guard: ({ context }) => context.count < 9,
              actions: assign({ count: ({ context }) => context.count + 1 }),
            },
            less: {
              guard: ({ context }) => context.count > 0,
              actions: assign({ count: ({ context }) => context.count - 1 }),
            },
          },
        },
      },
    }),
  },
  'retries until they are used up': {
    machine: counting.createMachine({
      id: 'retries',
      context: { count: 0 },
      initial: 'idle',
      states: {
        idle: { on: { go: 'trying' } },
        trying: { on: { done: 'done', fail: 'judging' }, after: { 1000: 'judging' } },
        judging: {
          always: [
            { guard: ({ context }) => context.count < 3, target: 'waiting' },
            { target: 'failed' },
          ],
        },
        waiting: {
          entry: assign({ count: ({ context }) => context.count + 1 }),
          after: { 100: 'trying' },
        },
        done: { type: 'final' },
        failed: { type: 'final' },
      },
    }),
  },
  'two regions that both end': {
    machine: createMachine({
      id: 'both',
      type: 'parallel',
      states: {
        left: {
          initial: 'idle',
          states: { idle: { on: { left: 'done' } }, done: { type: 'final' } },
        },
        right: {
          initial: 'idle',
          states: { idle: { on: { right: 'done' } }, done: { type: 'final' } },
        },
      },
    }),
  },
  'a history that is gone back to': {
    machine: createMachine({
      id: 'player',
      initial: 'idle',
      states: {
        idle: { on: { play: 'playing' } },
        playing: {
          initial: 'slow',
          tags: ['idle'],
          on: { pause: 'paused', stop: 'idle' },
          states: {
            slow: { on: { faster: 'fast' } },
            fast: { on: { slower: 'slow' } },
            last: { type: 'history' },
          },
        },
        paused: { after: { 60000: 'idle' }, on: { play: 'playing.last' } },
      },
    }),
  },
  'a form whose parent waits for a person, and says so': {
    machine: createMachine({
      id: 'form',
      initial: 'name',
      states: {
        name: { on: { next: 'address' } },
        address: { meta: { waitsFor: 'a person at the desk' }, on: { back: 'name', send: 'sent' } },
        sent: { type: 'final' },
      },
    }),
  },
  'data that decides, described by samples': {
    events: [
      { type: 'pay', amount: 5 },
      { type: 'pay', amount: 50 },
    ] as never,
    machine: setup({ types: { events: {} as { type: 'pay'; amount: number } } }).createMachine({
      id: 'till',
      initial: 'idle',
      states: {
        idle: {
          on: {
            pay: [
              { guard: ({ event }) => event.amount > 10, target: 'large' },
              { target: 'small' },
            ],
          },
        },
        large: { type: 'final' },
        small: { type: 'final' },
      },
    }),
  },
  'data that decides, described by nobody': {
    machine: setup({
      types: { events: {} as { type: 'pay'; bill: { amount: number } } },
    }).createMachine({
      id: 'unknown-till',
      initial: 'idle',
      states: {
        idle: { on: { pay: { guard: ({ event }) => event.bill.amount > 10, target: 'large' } } },
        large: { type: 'final' },
      },
    }),
  },
  'an answer that nobody has described': {
    machine: loading.createMachine({
      id: 'unknown-loader',
      context: { items: [] },
      initial: 'loading',
      states: {
        loading: {
          invoke: {
            id: 'load',
            src: 'load',
            onDone: [
              { guard: ({ event }) => event.output.items.length > 3, target: 'many' },
              'few',
            ],
            onError: 'few',
          },
          after: { 10000: 'few' },
        },
        many: { type: 'final' },
        few: { type: 'final' },
      },
    }),
  },
  'a callback that it writes to': {
    machine: setup({ actors: { listen: fromCallback(() => {}) } }).createMachine({
      id: 'listener',
      initial: 'idle',
      states: {
        idle: { on: { start: 'listening' } },
        listening: {
          invoke: { id: 'ear', src: 'listen', onError: 'idle' },
          on: { say: { actions: sendTo('ear', { type: 'said' }) }, stop: 'idle' },
          after: { 60000: 'idle' },
        },
      },
    }),
  },
  'actors that are spawned inside an assign': {
    machine: setup({
      types: { context: {} as { helper: unknown } },
      actors: { help: fromPromise(() => Promise.resolve(1)) },
    }).createMachine({
      id: 'spawner',
      context: { helper: null },
      initial: 'idle',
      states: {
        idle: {
          on: {
            spawn: { actions: assign({ helper: ({ spawn }) => spawn('help', { id: 'helper' }) }) },
            end: 'done',
          },
        },
        done: { type: 'final' },
      },
    }),
  },
  'actions that are queued one by one': {
    machine: counting.createMachine({
      id: 'queue',
      context: { count: 0 },
      initial: 'idle',
      states: {
        idle: {
          on: {
            go: {
              target: 'done',
              actions: enqueueActions(({ enqueue, check }) => {
                enqueue.assign({ count: 1 });
                if (check(() => true)) enqueue(() => {});
              }),
            },
          },
        },
        done: { type: 'final' },
      },
    }),
  },
  'events of any type': {
    machine: createMachine({
      id: 'anything',
      initial: 'idle',
      states: {
        idle: { on: { 'order.*': 'ordered', '*': 'surprised' } },
        ordered: { type: 'final' },
        surprised: { type: 'final' },
      },
    }),
  },
  'a machine inside of a machine': {
    outputs: { child: [undefined] },
    machine: setup({
      actors: {
        child: createMachine({
          id: 'child',
          initial: 'a',
          states: { a: { after: { 5: 'b' } }, b: { type: 'final' } },
        }),
      },
    }).createMachine({
      id: 'parent',
      initial: 'busy',
      states: {
        busy: {
          invoke: { id: 'child', src: 'child', onDone: 'done', onError: 'done' },
          after: { 99: 'done' },
        },
        done: { type: 'final' },
      },
    }),
  },
  'a compound state that ends by itself': {
    machine: createMachine({
      id: 'steps',
      initial: 'work',
      states: {
        work: {
          initial: 'one',
          states: {
            one: { after: { 10: 'two' } },
            two: { after: { 10: 'three' } },
            three: { type: 'final' },
          },
          onDone: 'done',
        },
        done: { type: 'final' },
      },
    }),
  },
  'an input that decides': {
    inputs: [{ fast: true }, { fast: false }],
    machine: setup({
      types: { context: {} as { fast: boolean }, input: {} as { fast: boolean } },
    }).createMachine({
      id: 'lanes',
      context: ({ input }) => input,
      initial: 'choosing',
      states: {
        choosing: {
          always: [{ guard: ({ context }) => context.fast, target: 'fast' }, { target: 'slow' }],
        },
        fast: { type: 'final' },
        slow: { type: 'final' },
      },
    }),
  },
  'a log without end': {
    machine: setup({ types: { context: {} as { lines: readonly string[] } } }).createMachine({
      id: 'log',
      context: { lines: [] },
      initial: 'idle',
      states: {
        idle: {
          on: {
            write: { actions: assign({ lines: ({ context }) => [...context.lines, 'a line'] }) },
            shut: 'shut',
          },
        },
        shut: { type: 'final' },
      },
    }),
  },
  'a delay that is worked out': {
    machine: setup({
      types: { context: {} as { count: number } },
      delays: { backoff: ({ context }) => 100 * 2 ** context.count },
    }).createMachine({
      id: 'backoff',
      context: { count: 0 },
      initial: 'waiting',
      states: {
        waiting: {
          entry: assign({ count: ({ context }) => Math.min(3, context.count + 1) }),
          after: { backoff: 'trying' },
        },
        trying: { on: { ok: 'done' }, after: { 50: 'waiting' } },
        done: { type: 'final' },
      },
    }),
  },
};
