/** Small machines of ordinary people, for scenarios: none of them knows the kernel. */
import {
  assign,
  type EventObject,
  emit,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
} from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { SpawnWish } from '../../machines/messages.ts';

/** Counts what it hears, and says what it counted. */
export const counter = setup({
  types: {} as {
    context: { count: number };
    events: { type: 'count.add'; by: number } | { type: 'count.break' } | { type: 'count.end' };
    emitted: { type: 'count.changed'; count: number };
    output: { count: number };
  },
  actions: {
    breakDown: assign(() => {
      throw new RangeError('it broke');
    }),
  },
}).createMachine({
  id: 'counter',
  version: '1',
  context: { count: 0 },
  initial: 'counting',
  states: {
    counting: {
      on: {
        'count.add': {
          actions: [
            assign({ count: ({ context, event }) => context.count + event.by }),
            emit(({ context }) => ({ type: 'count.changed', count: context.count })),
          ],
        },
        'count.break': { actions: 'breakDown' },
        'count.end': 'ended',
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => ({ count: context.count }),
});

type Where = { to: Address | readonly Address[]; ifThere?: boolean };
type Many = { messages: readonly (Where & { event: EventObject })[] };

/** The kernel's actions, for events that are not the product's. */
export const carried = {
  send: (_: unknown, _message: Where & { event: EventObject }) => {},
  sendAll: (_: unknown, _params: Many) => {},
  spawnAll: (_: unknown, _params: { wishes: readonly SpawnWish[] }) => {},
  stopAll: (_: unknown, _params: { addresses: readonly Address[] }) => {},
};

/** Sends `count.add` wherever it is told to. */
export const relay = setup({
  types: {} as {
    events:
      | ({ type: 'relay.send' } & Where)
      | ({ type: 'relay.sendAll' } & Many)
      | { type: 'relay.stop'; addresses: readonly Address[] };
  },
  actions: carried,
}).createMachine({
  id: 'relay',
  on: {
    'relay.send': {
      actions: {
        type: 'send',
        params: ({ event: { to, ifThere = false } }) => ({
          to,
          event: { type: 'count.add', by: 1 },
          ifThere,
        }),
      },
    },
    'relay.sendAll': {
      actions: { type: 'sendAll', params: ({ event }) => ({ messages: event.messages }) },
    },
    'relay.stop': {
      actions: { type: 'stopAll', params: ({ event }) => ({ addresses: event.addresses }) },
    },
  },
});

/** Works when it is asked to, and starts anew when it is asked again. */
export const worker = setup({
  types: {} as {
    input: { name: string } | undefined;
    context: { name: string; done: readonly unknown[] };
    events: { type: 'work.start' } | { type: 'work.stop' };
  },
  actors: { work: fromPromise<unknown, { name: string }>(() => Promise.resolve('by itself')) },
  actions: { record: (_: unknown, _params: { done: number }) => {} },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ name: input?.name ?? 'nameless', done: [] }),
  initial: 'idle',
  states: {
    idle: { on: { 'work.start': 'working' } },
    working: {
      invoke: {
        id: 'work',
        src: 'work',
        input: ({ context }) => ({ name: context.name }),
        onDone: {
          target: 'idle',
          actions: [
            assign({ done: ({ context, event }) => [...context.done, event.output] }),
            { type: 'record', params: ({ context }) => ({ done: context.done.length }) },
          ],
        },
        onError: {
          target: 'failed',
          actions: assign({ done: ({ context, event }) => [...context.done, event.error] }),
        },
      },
      on: {
        'work.start': { target: 'working', reenter: true },
        'work.stop': 'idle',
      },
    },
    failed: { on: { 'work.start': 'working' } },
  },
});

/** Rings at times of its own, and by deadlines that may be called off. */
export const alarm = setup({
  types: {} as {
    context: { rings: readonly string[]; at: number };
    events:
      | { type: 'alarm.set'; ms: number }
      | { type: 'alarm.cancel' }
      | { type: 'alarm.rang'; by: string };
  },
  delays: { long: 86_400_000 * 60 },
}).createMachine({
  id: 'alarm',
  context: { rings: [], at: 0 },
  initial: 'waiting',
  on: {
    'alarm.set': {
      actions: raise(({ event }) => ({ type: 'alarm.rang', by: `set ${event.ms}` }), {
        delay: ({ event }) => event.ms,
      }),
    },
    'alarm.rang': {
      actions: assign({ rings: ({ context, event }) => [...context.rings, event.by] }),
    },
  },
  states: {
    waiting: {
      on: { 'alarm.cancel': 'off' },
      after: {
        long: { target: 'off', actions: raise({ type: 'alarm.rang', by: 'the long one' }) },
      },
    },
    off: {},
  },
});

/** A child that talks to its parent, ends, or breaks. */
export const child = setup({
  types: {} as {
    input: { greeting: string };
    context: { greeting: string };
    events: { type: 'child.say' } | { type: 'child.end' } | { type: 'child.break' };
    output: string;
  },
  guards: {
    broken: () => {
      throw new SyntaxError('the child broke');
    },
  },
}).createMachine({
  id: 'child',
  context: ({ input }) => ({ greeting: input.greeting }),
  initial: 'alive',
  states: {
    alive: {
      entry: sendParent(({ context }) => ({ type: 'child.said', text: context.greeting })),
      on: {
        'child.say': { actions: sendParent({ type: 'child.said', text: 'again' }) },
        'child.end': 'ended',
        'child.break': { guard: 'broken', target: 'ended' },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => `${context.greeting}, and goodbye`,
});

/** Hosts the child as XState's machines do: by an invoke, with sendTo. */
export const parent = setup({
  types: {} as {
    context: { heard: readonly unknown[] };
    events:
      | { type: 'child.said'; text: string }
      | { type: 'parent.tell'; what: 'child.say' | 'child.end' | 'child.break' }
      | { type: 'parent.leave' }
      | { type: 'parent.again' };
    children: { kid: 'child' };
  },
  actors: { child },
}).createMachine({
  id: 'parent',
  context: { heard: [] },
  initial: 'caring',
  on: {
    'child.said': {
      actions: assign({ heard: ({ context, event }) => [...context.heard, event.text] }),
    },
  },
  states: {
    caring: {
      // Written before the child is there: it hears it all the same.
      entry: sendTo('kid', { type: 'child.say' }),
      invoke: {
        id: 'kid',
        src: 'child',
        input: { greeting: 'hello' },
        onDone: {
          target: 'alone',
          actions: assign({ heard: ({ context, event }) => [...context.heard, event.output] }),
        },
        onError: {
          target: 'alone',
          actions: assign({ heard: ({ context, event }) => [...context.heard, event.error] }),
        },
      },
      on: {
        'parent.tell': { actions: sendTo('kid', ({ event }) => ({ type: event.what })) },
        'parent.leave': 'alone',
        'parent.again': { target: 'caring', reenter: true },
      },
    },
    alone: { on: { 'parent.again': 'caring' } },
  },
});
