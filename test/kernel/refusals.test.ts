/** What can't be done is refused at the edge, with what is wrong and what to do about it. */
import { describe, expect, test } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createMachine,
  type EventObject,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  setup,
  spawnChild,
} from 'xstate';
import { MemoryJournal } from '../../src/journal/memory.ts';
import { Chart } from '../../src/kernel/chart.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { System } from '../../src/kernel/system.ts';
import { isUserError, UserError } from '../../src/kernel/user-error.ts';
import { child, counter, parent, worker } from './machines.ts';
import { ManualClock } from './manual-clock.ts';
import { at, durable, Stage } from './stage.ts';

const oops = (): never => {
  throw new Error('oops');
};
const done = fromPromise(() => Promise.resolve());
const observable = { subscribe: () => ({ unsubscribe: () => {} }) } as never;

function invoking(invoke: object, actors: object = {}): AnyStateMachine {
  const config = {
    id: 'm',
    initial: 'a',
    states: { a: { states: { b: { invoke } }, initial: 'b' } },
  };
  return createMachine(config as never).provide({ actors } as never);
}

const refused: Readonly<Record<string, readonly [AnyStateMachine, string]>> = {
  'logic inside an invoke': [
    invoking({ src: done }),
    'an actor written inside `invoke` in state "m.a.b" of machine "m" can\'t be journalled',
  ],
  'a machine inside an invoke': [invoking({ src: child }), 'an actor written inside `invoke`'],
  onSnapshot: [
    invoking({ id: 'w', src: 'work', onSnapshot: 'b' }, { work: done }),
    'onSnapshot in state "m.a.b" of machine "m"',
  ],
  systemId: [
    invoking({ id: 'w', src: 'work', systemId: 'w' }, { work: done }),
    'systemId in state "m.a.b" of machine "m"',
  ],
  fromCallback: [
    invoking({ src: 'work' }, { work: fromCallback(() => {}) }),
    '"work" of machine "m" is neither a machine nor fromPromise',
  ],
  fromTransition: [
    invoking({ src: 'work' }, { work: fromTransition((state) => state, {}) }),
    'is neither a machine nor fromPromise',
  ],
  fromObservable: [
    invoking({ src: 'work' }, { work: fromObservable(() => observable) }),
    'is neither a machine nor fromPromise',
  ],
  fromEventObservable: [
    invoking({ src: 'work' }, { work: fromEventObservable(() => observable) }),
    'is neither a machine nor fromPromise',
  ],
  'logic that is none': [
    invoking({ src: 'work' }, { work: { config: () => {} } }),
    'is neither a machine nor fromPromise',
  ],
  'logic that breaks when it is tried': [
    invoking({ src: 'work' }, { work: { config: () => {}, transition: () => oops() } } as never),
    'is neither a machine nor fromPromise',
  ],
  'a machine inside that is refused': [
    invoking({ src: 'inner' }, { inner: invoking({ src: done }) }),
    'an actor written inside `invoke` in state "m.a.b"',
  ],
};

test.each(Object.entries(refused))('a machine with %s', (_, [machine, message]) => {
  const error = thrownBy(() => new Charts([machine]));
  expect(isUserError(error)).toBe(true);
  expect(error).toMatchObject({ code: 'machine.refused' });
  expect(error.message).toContain(message);
  expect(error.hint.length).toBeGreaterThan(20);
});

function thrownBy(call: () => unknown): UserError {
  try {
    call();
  } catch (error) {
    return error as UserError;
  }
  throw new Error('nothing was thrown');
}

test('what is refused is refused when the system is opened', async () => {
  const [machine] = refused.fromCallback as [AnyStateMachine, string];
  const opening = System.open({ log: new MemoryJournal(), machines: [machine] });
  await expect(opening).rejects.toMatchObject({ code: 'machine.refused' });
});

test('two machines of one id', () => {
  expect(() => new Charts([counter, setup({}).createMachine({ id: 'counter' })])).toThrow(
    expect.objectContaining({ code: 'machine.duplicate' }),
  );
});

test('a machine that nobody gave', () => {
  const error = thrownBy(() => new Charts([counter, parent]).get('worker'));
  expect(error.code).toBe('machine.unknown');
  expect(error.message).toContain('known are counter, parent, parent/child');
});

const inStep: Readonly<Record<string, readonly [object, string]>> = {
  'spawn inside an assign, in a plain machine': [
    { on: { go: { actions: assign(({ spawn }) => ({ ref: spawn('work' as never) })) } } },
    'spawn inside assign has no place in a pure step',
  ],
  'spawn inside an assign, beside a region': [
    {
      type: 'parallel',
      states: { a: {}, b: {} },
      on: { go: { actions: assign(({ spawn }) => ({ ref: spawn('work' as never) })) } },
    },
    'spawn inside assign has no place in a pure step',
  ],
  'reading the system': [
    { on: { go: { actions: assign(({ system }) => ({ other: system.get('other') })) } } },
    '`system` has no place in a pure step',
  ],
  'reading all of the system': [
    {
      type: 'parallel',
      states: { a: {}, b: {} },
      on: { go: { actions: assign(({ system }) => ({ all: system.getAll() })) } },
    },
    '`system` has no place in a pure step',
  ],
  'spawnChild without a name': [
    { on: { go: { actions: spawnChild(done, { id: 'x' } as never) } } },
    "spawnChild can't be journalled without a fixed id and the name of an actor",
  ],
  'spawnChild without an id': [
    { on: { go: { actions: spawnChild('work' as never) } } },
    "spawnChild can't be journalled",
  ],
};

test.each(Object.entries(inStep))('%s throws in its step', (_, [config, message]) => {
  const machine = createMachine({ id: 'm', context: {}, ...config } as never).provide({
    actors: { work: done },
  } as never);
  const chart = new Chart(machine);
  const { state } = chart.initial(undefined);
  expect(() => chart.step(state, { type: 'go' })).toThrow(message);
});

test('spawn inside the first context throws at birth', () => {
  const context = ({ spawn }: { spawn: (src: string) => unknown }) => ({ ref: spawn('work') });
  for (const config of [{}, { type: 'parallel', states: { a: {}, b: {} } }]) {
    const machine = createMachine({ id: 'm', ...config, context } as never).provide({
      actors: { work: done },
    } as never);
    expect(() => new Chart(machine).initial(undefined)).toThrow('spawn inside assign');
  }
});

const play = { machines: [counter, worker, parent] };

durable('messages that nobody could mean', play, async (stage) => {
  const { system } = stage;
  const send = (to: string, event: EventObject) => system.send(at(to), event);
  system.spawn(counter, { id: 'c' });
  const { n } = system.core;
  await expect(send('x', { type: 'count.end' })).rejects.toMatchObject({
    code: 'actor.gone',
    message: 'nobody is at "x"',
  });
  const unknown = await send('c', { type: 'count.never' }).catch((error: UserError) => error);
  expect(unknown).toMatchObject({
    code: 'event.unknown',
    message: 'c knows no event "count.never"',
    hint: 'machine "counter" knows count.add, count.break, count.end',
  });
  for (const type of ['xstate.init', 'xstate.stop', 'xstate.done.actor.work', '', '*']) {
    await expect(send('c', { type }), type).rejects.toMatchObject({ code: 'event.unknown' });
  }
  // What only the kernel may say is refused also to a machine that listens for it.
  system.spawn(worker, { id: 'w' });
  await stage.send('w', { type: 'work.start' });
  for (const type of ['xstate.done.actor.work', 'xstate.error.actor.work']) {
    expect(system.core.registry.lookUp(at('w'))?.chart.knows(type)).toBe(true);
    await expect(send('w', { type }), type).rejects.toMatchObject({ code: 'event.unknown' });
  }
  await stage.send('c', { type: 'count.end' });
  await expect(send('c', { type: 'count.end' })).rejects.toMatchObject({ code: 'actor.gone' });
  const written = [...(await stage.journal.history())].map(({ input }) => input.kind);
  expect([system.core.n > n, written]).toEqual([
    true,
    ['spawn', 'spawn', 'event', 'done', 'event'],
  ]);
});

durable('an address that is taken', play, async (stage) => {
  const { system } = stage;
  system.spawn(counter, { id: 'c' });
  expect(() => system.spawn(worker, { id: 'c' })).toThrow(
    expect.objectContaining({ code: 'actor.exists', message: expect.stringContaining('"c"') }),
  );
  await stage.send('c', { type: 'count.end' });
  system.spawn(worker, { id: 'c' });
  expect(stage.value('c')).toBe('idle');
});

durable('a machine that the system does not know', play, async (stage) => {
  const { system } = stage;
  const stranger = setup({}).createMachine({ id: 'stranger' });
  expect(() => system.spawn(stranger, { id: 's' })).toThrow(
    expect.objectContaining({ code: 'machine.unknown' }),
  );
  // It is a person's mistake: the system goes on, and its journal can be opened again.
  system.spawn(counter, { id: 'c' });
  await stage.reopen();
  expect(stage.status('c')).toBe('active');
});

describe('wildcards', () => {
  const listening = (on: object): AnyStateMachine =>
    createMachine({ id: 'listening', on } as never);
  const knows = (on: object, type: string) => new Chart(listening(on)).knows(type);
  const heard = { actions: () => {} };

  test.each([
    [{ 'a.*': heard }, 'a.b', true],
    [{ 'a.*': heard }, 'a.b.c', true],
    [{ 'a.*': heard }, 'a', true],
    [{ 'a.*': heard }, 'ab', false],
    [{ 'a.*': heard }, 'b', false],
    [{ '*': heard }, 'anything', true],
    [{ a: heard }, 'a', true],
    [{ a: heard }, 'a.b', false],
    [{ '*': {} }, 'anything', false],
  ])('%o knows %s: %s', (on, type, known) => {
    expect(knows(on, type)).toBe(known);
  });

  test('a machine that hears nothing says so', async () => {
    const journal = new MemoryJournal();
    const deaf = setup({}).createMachine({ id: 'deaf' });
    const stage = new Stage({ machines: [deaf] }, async () => journal);
    const system = await stage.open();
    system.spawn(deaf, { id: 'd' });
    const refusal = await system.send(at('d'), { type: 'x' }).catch((error: UserError) => error);
    expect(refusal).toMatchObject({ hint: 'machine "deaf" knows none' });
    await stage.close();
  });
});

test('a system that is closed takes nothing', async () => {
  const clock = new ManualClock();
  const system = await System.open({ log: new MemoryJournal(), clock, machines: [counter] });
  const ref = system.spawn(counter, { id: 'c' });
  await Promise.all([system.close(), system.close()]);
  const refusal = { code: 'system.closed' };
  await expect(ref.send({ type: 'count.end' })).rejects.toMatchObject(refusal);
  expect(() => system.spawn(counter, { id: 'd' })).toThrow(expect.objectContaining(refusal));
  await expect(system.flushed()).resolves.toBeUndefined();
});

test('an error of another copy of this module is known by its shape', () => {
  expect(isUserError(new UserError('a.b', 'what', 'how'))).toBe(true);
  expect(isUserError({ name: 'UserError', code: 'a.b', message: 'what', hint: 'how' })).toBe(true);
  for (const other of [null, 'text', new Error('x'), { name: 'UserError', code: 1 }]) {
    expect(isUserError(other)).toBe(false);
  }
});
