/** Machines inside machines: invoked children are actors, and talk to their parents. */
import { expect } from 'vitest';
import { assign, createActor, type EventObject, sendParent, sendTo, setup } from 'xstate';
import { carried, child, parent } from './machines.ts';
import { at, durable, type Stage } from './stage.ts';

const play = { machines: [parent, child] };
const tell = (what: string): EventObject => ({ type: 'parent.tell', what }) as EventObject;
const heard = (stage: Stage, id = 'p') => (stage.context(id) as { heard: unknown[] }).heard;

durable('a child is born with its state, and is heard by its parent', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  await stage.quiet();
  expect(stage.value('p/kid')).toBe('alive');
  // What was written to it before its birth reached it, as in XState's own actors.
  const own = createActor(parent).start();
  expect(heard(stage)).toEqual(own.getSnapshot().context.heard);
  expect(heard(stage)).toEqual(['hello', 'again']);
  await stage.send('p', tell('child.say'));
  expect(heard(stage)).toEqual(['hello', 'again', 'again']);
  expect(stage.deadLetters()).toEqual([]);
});

durable('a child that ends tells its output', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  await stage.send('p', tell('child.end'));
  expect([stage.value('p'), heard(stage).at(-1)]).toEqual(['alone', 'hello, and goodbye']);
  expect(stage.status('p/kid')).toBe('done');
  expect(stage.system.core.registry.find(at('p'))?.invocations.size).toBe(0);
});

durable('a child that crashes tells its error, as data', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  await stage.send('p', tell('child.break'));
  expect([stage.value('p'), stage.status('p')]).toEqual(['alone', 'active']);
  const error = heard(stage).at(-1);
  expect(error).toEqual({ name: 'SyntaxError', message: 'the child broke' });
  await stage.system.store();
  await stage.reopen();
  expect(heard(stage).at(-1)).toEqual(error);
});

durable('a parent that leaves takes its child with it', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  await stage.send('p', { type: 'parent.leave' });
  expect(stage.status('p/kid')).toBe('stopped');
  await stage.send('p', { type: 'parent.again' });
  expect(stage.status('p/kid')).toBe('active');
  stage.system.inject({ kind: 'stop', address: at('p') });
  await stage.quiet();
  expect([stage.status('p'), stage.status('p/kid')]).toEqual(['stopped', 'stopped']);
});

durable('a child that is invoked anew is a new one', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  await stage.quiet();
  const first = stage.system.core.registry.find(at('p/kid'));
  await stage.send('p', { type: 'parent.again' });
  const second = stage.system.core.registry.find(at('p/kid'));
  expect(first?.state.status).toBe('stopped');
  expect(second).not.toBe(first);
  expect(second?.alive).toBe(true);
});

durable('children survive a restart where they were', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  stage.system.spawn(parent, { id: 'q' });
  await stage.quiet();
  await stage.crash();
  expect([stage.value('p/kid'), stage.value('q/kid')]).toEqual(['alive', 'alive']);
  await stage.system.store();
  await stage.crash();
  await stage.send('p', tell('child.end'));
  expect([stage.value('p'), stage.value('q')]).toEqual(['alone', 'caring']);
});

durable('a child that was stopped from outside tells nobody', play, async (stage) => {
  stage.system.spawn(parent, { id: 'p' });
  stage.system.inject({ kind: 'stop', address: at('p/kid') });
  await stage.quiet();
  expect([stage.value('p'), heard(stage)]).toEqual(['caring', ['hello', 'again']]);
  await stage.send('p', tell('child.say'));
  expect(stage.deadLetters()).toEqual(['child.say to p/kid: nobody is there']);
});

durable('whoever has no parent crashes when it writes to it', play, async (stage) => {
  const orphan = stage.system.spawn(child, { id: 'orphan', input: { greeting: 'anybody?' } });
  expect(await orphan.ending()).toMatchObject({
    kind: 'error',
    error: { message: 'orphan has no parent to send to' },
  });
});

/** Three generations, of which the youngest ends in its first step. */
const youngest = setup({ types: {} as { output: string } }).createMachine({
  id: 'youngest',
  initial: 'ended',
  states: { ended: { type: 'final' } },
  output: 'done at once',
});
const middle = setup({
  types: {} as { context: { told: unknown } },
  actors: { youngest },
}).createMachine({
  id: 'middle',
  context: { told: null },
  initial: 'waiting',
  states: {
    waiting: {
      invoke: {
        id: 'y',
        src: 'youngest',
        onDone: { target: 'ended', actions: assign({ told: ({ event }) => event.output }) },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => ({ told: context.told }),
});
const oldest = setup({
  types: {} as {
    context: { told: unknown };
    events: { type: 'self.note' } | { type: 'old.leave' };
  },
  actors: { middle },
}).createMachine({
  id: 'oldest',
  context: { told: null },
  initial: 'waiting',
  states: {
    waiting: {
      invoke: {
        id: 'm',
        src: 'middle',
        onDone: { target: 'noting', actions: assign({ told: ({ event }) => event.output }) },
      },
    },
    noting: {
      entry: sendTo(({ self }) => self, { type: 'self.note' }),
      on: { 'self.note': 'ended' },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => context.told,
});

durable('generations end one after the other', { machines: [oldest] }, async (stage) => {
  const ref = stage.system.spawn(oldest, { id: 'o' });
  expect(await ref.ending()).toEqual({ kind: 'done', output: { told: 'done at once' } });
  expect(['o', 'o/m', 'o/m/y'].map((id) => stage.status(id))).toEqual(Array(3).fill('done'));
  const keys = stage.system.core.registry.ended().map(({ chart }) => chart.key);
  expect(keys.sort()).toEqual(['oldest', 'oldest/middle', 'oldest/middle/youngest']);
});

/** Leaves, and enters again, in one step: the child of the same name is another one. */
const turning = setup({
  types: {} as { context: { said: number }; events: { type: 'turn' } | { type: 'child.said' } },
  actors: { child },
}).createMachine({
  id: 'turning',
  context: { said: 0 },
  initial: 'a',
  invoke: { id: 'root-kid', src: 'child', input: { greeting: 'root' } },
  on: {
    'child.said': { actions: assign({ said: ({ context }) => context.said + 1 }) },
    turn: { target: '#turning', reenter: false },
  },
  states: { a: { on: { turn: '#turning' } } },
});

durable(
  'an invocation that is begun again ends the one before',
  { machines: [turning] },
  async (stage) => {
    stage.system.spawn(turning, { id: 't' });
    await stage.quiet();
    const first = stage.system.core.registry.find(at('t/root-kid'));
    // Aimed at from below, the root is entered without having been left.
    await stage.send('t', { type: 'turn' });
    expect(stage.status('t')).toBe('active');
    expect(first?.state.status).toBe('stopped');
    expect(stage.status('t/root-kid')).toBe('active');
    expect(stage.context('t')).toEqual({ said: 2 });
  },
);

const nowhere = { wishes: [{ machine: 'nowhere', address: at('x'), input: undefined }] };

/** Says a word and ends, in the same step; or breaks right after the word. */
const brief = setup({
  types: {} as {
    input: number;
    context: { n: number };
    events: { type: 'go' } | { type: 'fail' };
    output: number;
  },
  actions: carried,
}).createMachine({
  id: 'brief',
  context: ({ input }) => ({ n: input }),
  initial: 'waiting',
  states: {
    waiting: {
      on: {
        go: { target: 'ended', actions: sendParent({ type: 'word' }) },
        fail: { actions: [sendParent({ type: 'word' }), { type: 'spawnAll', params: nowhere }] },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => context.n,
});

/** Begins its child anew at each word, or gives it up: the end that comes then is an old one. */
const hasty = setup({
  types: {} as {
    context: { begun: number; ended: readonly number[] };
    events: { type: 'word' } | { type: 'tell'; what: 'go' | 'fail' } | { type: 'rest' };
  },
  actors: { brief },
}).createMachine({
  id: 'hasty',
  context: { begun: 0, ended: [] },
  initial: 'caring',
  states: {
    caring: {
      entry: assign({ begun: ({ context }) => context.begun + 1 }),
      invoke: {
        id: 'kid',
        src: 'brief',
        input: ({ context }) => context.begun,
        onDone: {
          target: 'done',
          actions: assign({ ended: ({ context, event }) => [...context.ended, event.output] }),
        },
      },
      on: {
        word: [
          { guard: ({ context }) => context.begun > 2, target: 'resting' },
          { target: 'caring', reenter: true },
        ],
        tell: { actions: sendTo('kid', ({ event }) => ({ type: event.what })) },
      },
    },
    resting: { on: { rest: 'caring' } },
    done: {},
  },
});

durable(
  'the end of a child that was given up meanwhile is not heard',
  { machines: [hasty] },
  async (stage) => {
    stage.system.spawn(hasty, { id: 'h' });
    const tells = (what: string) => stage.send('h', { type: 'tell', what } as EventObject);
    await tells('go'); // the word begins the second child, before the end of the first is read
    expect([stage.value('h'), stage.context('h')]).toEqual(['caring', { begun: 2, ended: [] }]);
    expect(stage.status('h/kid')).toBe('active');
    await tells('fail'); // its word begins the third; it breaks after it
    expect([stage.value('h'), stage.status('h/kid')]).toEqual(['caring', 'active']);
    await tells('fail'); // its word gives it up, so nobody has to hear that it broke
    expect([stage.value('h'), stage.status('h')]).toEqual(['resting', 'active']);
    expect(stage.system.core.registry.find(at('h'))?.invocations.size).toBe(0);
    expect(stage.deadLetters()).toEqual([]);
  },
);

const late = setup({
  types: {} as { events: { type: 'late' } },
  actors: { child },
}).createMachine({
  id: 'late',
  on: { late: { actions: sendParent({ type: 'up' }, { delay: 10 }) } },
});

durable(
  'a delayed message to another actor is refused with what to do',
  { machines: [late] },
  async (stage) => {
    const ref = stage.system.spawn(late, { id: 'l' });
    await stage.send('l', { type: 'late' });
    expect(await ref.ending()).toMatchObject({
      error: { message: expect.stringContaining('use `after`, or raise with a delay') },
    });
  },
);
