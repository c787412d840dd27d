/**
 * The team as raw XState actors: a statechart a task, one an agent, one for the pool between them.
 *
 * Written as one would for speed: actors are made at the top (a parent costs O(n) a child), they hold
 * each other's refs, the pool's queue is not copied, and no attempt has a deadline or a retry.
 */
import { assign, createActor, fromPromise, setup } from 'xstate';

export const taskMachine = setup({
  guards: { unblocked: ({ context }) => context.open === 0 },
  actions: {
    askForAgent: ({ context, self }) => context.pool.send({ type: 'task.ready', task: self }),
    assignAgent: ({ context, event }) =>
      event.agent.send({ type: 'agent.assign', task: context.self(), id: context.id }),
    tellDependants: ({ context }) => {
      for (const dependant of context.dependants()) dependant.send({ type: 'dependency.settled' });
    },
    tellPool: ({ context }) => context.pool.send({ type: 'task.settled' }),
  },
}).createMachine({
  id: 'task',
  context: ({ input, self }) => ({ ...input, self: () => self }),
  initial: 'waiting',
  states: {
    waiting: {
      always: { guard: 'unblocked', target: 'ready' },
      on: {
        'dependency.settled': { actions: assign({ open: ({ context }) => context.open - 1 }) },
      },
    },
    ready: {
      entry: 'askForAgent',
      on: { 'task.assign': { target: 'assigned', actions: 'assignAgent' } },
    },
    assigned: { on: { 'task.started': 'running' } },
    running: { on: { 'task.reported': 'verifying' } },
    verifying: { always: 'succeeded' },
    succeeded: { type: 'final', entry: ['tellDependants', 'tellPool'] },
  },
});

export const agentMachine = setup({
  actors: { work: fromPromise(({ input }) => input.body(input.id)) },
  actions: {
    beIdle: ({ context, self }) => context.pool.send({ type: 'agent.idle', agent: self }),
    tellStarted: ({ context }) => context.task.send({ type: 'task.started' }),
    report: ({ context }) => context.task.send({ type: 'task.reported' }),
    fail: ({ context, event }) => context.fail(event.error),
  },
}).createMachine({
  id: 'agent',
  context: ({ input }) => ({ ...input, task: null, id: null }),
  initial: 'idle',
  states: {
    idle: {
      entry: 'beIdle',
      on: {
        'agent.assign': {
          target: 'working',
          actions: assign({ task: ({ event }) => event.task, id: ({ event }) => event.id }),
        },
      },
    },
    working: {
      entry: 'tellStarted',
      invoke: {
        src: 'work',
        input: ({ context }) => ({ id: context.id, body: context.body }),
        onDone: { target: 'idle', actions: 'report' },
        onError: { actions: 'fail' },
      },
    },
  },
});

export const poolMachine = setup({
  actions: {
    queue: ({ context, event }) => context.ready.push(event.task),
    rest: ({ context, event }) => context.idle.push(event.agent),
    match: ({ context }) => {
      while (context.next < context.ready.length && context.idle.length > 0) {
        const agent = context.idle.pop();
        const task = context.ready[context.next];
        context.next += 1;
        task.send({ type: 'task.assign', agent });
      }
    },
    count: assign({ left: ({ context }) => context.left - 1 }),
  },
  guards: { allSettled: ({ context }) => context.left === 0 },
}).createMachine({
  id: 'pool',
  context: ({ input }) => ({ left: input.tasks, ready: [], next: 0, idle: [] }),
  initial: 'running',
  states: {
    running: {
      always: { guard: 'allSettled', target: 'done' },
      on: {
        'task.ready': { actions: ['queue', 'match'] },
        'agent.idle': { actions: ['rest', 'match'] },
        'task.settled': { actions: 'count' },
      },
    },
    done: { type: 'final' },
  },
});

export const start = (machine, input) => createActor(machine, { input });
