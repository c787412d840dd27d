/** K8: what a step throws crashes that actor and no other, and its supervisor hears of it. */
import { describe, expect } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createMachine,
  type EventObject,
  emit,
  raise,
  setup,
} from 'xstate';
import type { SpawnWish } from '../../machines/messages.ts';
import { boss, type Exit } from './boss.ts';
import { child, counter, parent } from './machines.ts';
import { at, durable, type Stage } from './stage.ts';

const throwing = (): never => {
  throw new RangeError('it broke');
};
const go = { type: 'go' };
const add = { type: 'count.add', by: 1 } as EventObject;

/** One place each where the code of a person may throw. */
const places: Readonly<Record<string, object>> = {
  'a guard': { on: { go: { guard: throwing, target: '.b' } } },
  'a named guard': { on: { go: { guard: 'throwing', target: '.b' } } },
  'a guard that is not there': { on: { go: { guard: 'forgotten', target: '.b' } } },
  'an assign': { on: { go: { actions: assign(throwing) } } },
  'a field of an assign': { on: { go: { actions: assign({ n: throwing } as never) } } },
  'an entry': { on: { go: '.c' } },
  'an exit': { on: { go: '.b' }, states: { a: { exit: assign(throwing) }, b: {}, c: {} } },
  'the params of an action': { on: { go: { actions: { type: 'note', params: throwing } } } },
  'an emit': { on: { go: { actions: emit(throwing) } } },
  'a raise': { on: { go: { actions: raise(throwing) } } },
  'a delay': { on: { go: { actions: raise({ type: 'go' }, { delay: throwing }) } } },
  'the input of an invoke': { on: { go: '.d' } },
  'an output': { on: { go: '.e' }, output: throwing },
  'a message without a receiver': { on: { go: { actions: { type: 'send', params: {} } } } },
  'the birth of a machine that is not there': { on: { go: { actions: birth('nowhere', 'x') } } },
  'the birth of one whose address is taken': { on: { go: { actions: birth('counter', 'c') } } },
};

function birth(machine: string, address: string) {
  return { type: 'spawnAll', params: { wishes: [{ machine, address, input: undefined }] } };
}

function breakingIn(place: object): AnyStateMachine {
  const states = {
    a: {},
    b: {},
    c: { entry: assign(throwing) },
    d: { invoke: { id: 'w', src: 'work', input: throwing } },
    e: { type: 'final' },
  };
  const actions = { note: () => {}, send: () => {}, spawnAll: () => {} };
  const config = { id: 'breaking', context: { n: 0 }, initial: 'a', states, ...place };
  return createMachine(config as never).provide({ guards: { throwing }, actions } as never);
}

describe.each(Object.entries(places))('a throw in %s', (_, place) => {
  const machine = breakingIn(place);
  durable('crashes only its actor', { machines: [machine, counter, boss] }, async (stage) => {
    const { system } = stage;
    system.spawn(boss, { id: 'boss' });
    system.spawn(counter, { id: 'c' });
    const ref = system.spawn(machine, { id: 'x', supervisor: at('boss') });
    await stage.send('x', go);
    const ending = await ref.ending();
    expect(ending.kind).toBe('error');
    const { error } = ending as { error: Error };
    expect(exits(stage)).toEqual([{ child: 'x', error: error.message }]);
    expect(error.message.length).toBeGreaterThan(5);
    await stage.send('c', add);
    expect(stage.context('c')).toEqual({ count: 1 });
  });
});

function exits(stage: Stage): Partial<Exit>[] {
  const { exits } = stage.context('boss') as { exits: Exit[] };
  return exits.map(({ child: address, error }) => ({ child: address, error }));
}

const stillborn = setup({}).createMachine({ id: 'stillborn', context: throwing });
const stillbornAside = setup({}).createMachine({
  id: 'aside',
  context: throwing,
  type: 'parallel',
  states: { a: {}, b: {} },
});

durable(
  'a machine that breaks at its birth',
  { machines: [stillborn, stillbornAside, boss] },
  async (stage) => {
    stage.system.spawn(boss, { id: 'boss' });
    const refs = [
      stage.system.spawn(stillborn, { id: 'x', supervisor: at('boss') }),
      stage.system.spawn(stillbornAside, { id: 'y', supervisor: at('boss') }),
    ];
    const error = { name: 'RangeError', message: 'it broke' };
    for (const ref of refs) expect(await ref.ending()).toMatchObject({ kind: 'error', error });
    expect(stage.value('x')).toEqual({});
    expect(exits(stage).map((exit) => exit.child)).toEqual(['x', 'y']);
    await stage.system.store();
    await stage.reopen();
    const kept = await stage.system.ref(stillborn, 'x').ending();
    expect(kept).toEqual({ kind: 'error', error });
  },
);

const wish = (address: string, given: Partial<SpawnWish> = {}): SpawnWish => ({
  machine: 'counter',
  address: at(address),
  input: undefined,
  ...given,
});
const start = (...wishes: SpawnWish[]): EventObject =>
  ({ type: 'boss.start', wishes }) as EventObject;

durable(
  'a supervisor hears of what it asked to hear',
  { machines: [boss, counter] },
  async (stage) => {
    const supervisor = at('boss');
    stage.system.spawn(boss, { id: 'boss' });
    const wishes = [
      wish('crash only', { supervisor }),
      wish('every exit', { supervisor, notify: 'exit' }),
      wish('crash too', { supervisor, notify: 'exit' }),
      wish('crash said', { supervisor, notify: 'crash' }),
      wish('nobody'),
      wish('stopped', { supervisor, notify: 'exit' }),
    ];
    await stage.send('boss', start(...wishes));
    for (const id of ['crash only', 'every exit', 'nobody'])
      await stage.send(id, { type: 'count.end' });
    for (const id of ['crash too', 'crash said']) await stage.send(id, { type: 'count.break' });
    await stage.send('boss', { type: 'boss.stop', addresses: [at('stopped')] } as EventObject);
    const now = stage.clock.now();
    const exited = { type: 'child.exited', at: now };
    expect((stage.context('boss') as { exits: Exit[] }).exits).toEqual([
      { ...exited, child: 'every exit', output: { count: 0 }, error: null },
      { ...exited, child: 'crash too', output: undefined, error: 'it broke' },
      { ...exited, child: 'crash said', output: undefined, error: 'it broke' },
    ]);
    expect(stage.deadLetters()).toEqual([]);
  },
);

durable(
  'a supervisor that crashes takes with it all that are below',
  { machines: [boss, counter, parent] },
  async (stage) => {
    stage.system.spawn(boss, { id: 'top' });
    await stage.send('top', start(wish('middle', { machine: 'boss', supervisor: at('top') })));
    await stage.send('middle', start(wish('low', { supervisor: at('middle') })));
    await stage.send(
      'middle',
      start(wish('home', { machine: 'parent', supervisor: at('middle') })),
    );
    await stage.send('top', start(wish('beside')));
    expect(stage.value('home/kid')).toBe('alive');
    await stage.send('top', { type: 'boss.break' });
    const ids = ['top', 'middle', 'low', 'home', 'home/kid', 'beside'];
    expect(ids.map((id) => stage.status(id))).toEqual([
      'error',
      ...Array(4).fill('stopped'),
      'active',
    ]);
    expect(stage.deadLetters()).toEqual([]);
    // Who is stopped tells nobody: its supervisor is gone as well.
    expect((stage.context('middle') as { exits: Exit[] }).exits).toEqual([]);
  },
);

durable(
  'a supervisor that ends by itself leaves the others be',
  { machines: [boss, counter] },
  async (stage) => {
    stage.system.spawn(counter, { id: 'chief' });
    stage.system.spawn(counter, { id: 'c', supervisor: at('chief') });
    await stage.send('chief', { type: 'count.end' });
    await stage.send('c', { type: 'count.break' });
    expect(stage.status('c')).toBe('error');
    expect(stage.deadLetters(), 'nobody is left to be told').toEqual([]);
  },
);

durable(
  'what was thrown need not be an error',
  { machines: [boss, ...[undefined, null, 'a text', { why: 1 }, 7n].map(thrower)] },
  async (stage) => {
    stage.system.spawn(boss, { id: 'boss' });
    for (let count = 0; count < 5; count += 1) {
      const machine = `thrower-${count}`;
      await stage.send('boss', start(wish(machine, { machine, supervisor: at('boss') })));
    }
    expect(exits(stage).map(({ error }) => error)).toEqual([
      'undefined',
      'null',
      'a text',
      '{"why":1}',
      'something that has no text was thrown',
    ]);
    await stage.system.store();
    await stage.reopen();
  },
);

function thrower(thrown: unknown, at: number): AnyStateMachine {
  return setup({}).createMachine({
    id: `thrower-${at}`,
    entry: assign(() => {
      throw thrown;
    }),
  });
}

durable(
  'a child that crashes and nobody listens for crashes its parent too',
  { machines: [deaf(), boss] },
  async (stage) => {
    stage.system.spawn(boss, { id: 'boss' });
    stage.system.spawn(deaf(), { id: 'deaf', supervisor: at('boss') });
    await stage.send('deaf', go);
    expect([stage.status('deaf/kid'), stage.status('deaf')]).toEqual(['error', 'error']);
    expect(exits(stage)).toEqual([
      { child: 'deaf', error: expect.stringContaining('child broke') },
    ]);
  },
);

/** Invokes a child and does not say what happens when that breaks. */
function deaf(): AnyStateMachine {
  const tell = { to: 'deaf/kid', event: { type: 'child.break' } };
  const config = {
    id: 'deaf',
    invoke: { id: 'kid', src: 'child', input: { greeting: 'hm' } },
    on: { 'child.said': {}, go: { actions: { type: 'send', params: tell } } },
  };
  return createMachine(config as never).provide({ actors: { child } } as never);
}
