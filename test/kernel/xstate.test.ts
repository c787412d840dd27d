/**
 * Everything the kernel counts on in XState 5.33.3, each by its name: what its pure steps answer.
 * When one of these fails after an upgrade, look at `src/kernel/xstate.ts` and `effects.ts`.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as development from 'xstate';
import { microstepsMax, PureMachine } from '../../src/kernel/xstate.ts';
import { Bare, builds, type Collected, typed } from './bare.ts';

test('the version is the one that all of this was checked against', () => {
  const path = new URL('../../node_modules/xstate/package.json', import.meta.url);
  expect(JSON.parse(readFileSync(path, 'utf8')).version).toBe('5.33.3');
});

test('an onlooker hears of each microstep, and what the kernel refuses is left out', () => {
  const heard: [string[], unknown][] = [];
  const { createMachine, assign, fromPromise } = development;
  const machine = createMachine({
    id: 'm',
    context: {},
    initial: 'a',
    states: {
      a: { on: { go: { target: 'b', actions: assign({ ref: ({ spawn }) => spawn(work) }) } } },
      b: { always: { target: 'c', actions: ({ system }) => system.get('nobody') } },
      c: {},
    },
  });
  const work = fromPromise(() => Promise.resolve(1));
  const pure = new PureMachine(machine, {
    microstep: (transitions, { value }) =>
      void heard.push([transitions.map(({ eventType }) => eventType), value]),
  });
  const [first] = pure.initial(undefined);
  const [next] = pure.transition(first, { type: 'go' });
  expect(heard).toEqual([
    [['go'], 'b'],
    [[''], 'c'],
  ]);
  expect(next.value).toBe('c');
});

describe.each(builds)('the %s build', (_, xstate) => {
  const { assign, cancel, emit, enqueueActions, raise, sendParent, sendTo, spawnChild } = xstate;
  const begin = (config: object, implementations: object = {}, input?: unknown): Bare =>
    new Bare(xstate, { id: 'm', ...config }, implementations, input);
  const onGo = (actions: unknown, implementations: object = {}) =>
    begin({ context: { n: 1 }, on: { go: { actions } } }, implementations).take('go');
  const work = xstate.fromPromise(() => new Promise(() => {}));

  test('a named action comes back with its params resolved, and is not run', () => {
    const note = (): never => {
      throw new Error('it was run');
    };
    const params = ({ context }: { context: { n: number } }) => context;
    const inline = (): void => {};
    const actions = onGo(
      [{ type: 'note', params }, 'note', 'missing', inline, (() => () => {})()],
      {
        actions: { note },
      },
    );
    expect(typed(actions)).toEqual([
      ['note', { n: 1 }],
      ['note', undefined],
      ['missing', undefined],
      ['inline', undefined],
      ['(anonymous)', undefined],
    ]);
    expect(actions.map(({ exec }) => exec)).toEqual([
      note,
      note,
      undefined,
      inline,
      expect.any(Function),
    ]);
    expect(Object.keys(actions[0]?.info ?? {}).sort()).toEqual([
      'context',
      'event',
      'self',
      'system',
    ]);
  });

  test('assign comes back as nothing: the context has it', () => {
    const bare = begin({ context: { n: 1 }, on: { go: { actions: assign({ n: 2 }) } } });
    expect(bare.take('go')).toEqual([]);
    expect(bare.snapshot.context).toEqual({ n: 2 });
  });

  test('emit, raise, cancel and sendTo come back with what they were resolved to', () => {
    const bare = begin(
      {
        invoke: { id: 'kid', src: 'kid' },
        on: {
          go: {
            actions: [
              emit({ type: 'said' }),
              raise({ type: 'now' }),
              raise({ type: 'later' }, { delay: 5, id: 'x' }),
              raise({ type: 'later' }, { delay: 'named' as never }),
              cancel('x'),
              sendParent({ type: 'up' }),
              sendTo('kid', { type: 'down' }),
              sendTo(({ self }) => self, { type: 'me' }),
            ],
          },
        },
      },
      { actors: { kid: work }, delays: { named: 7 } },
    );
    const kid = bare.snapshot.children.kid;
    const [emitted, ...rest] = typed(bare.take('go'));
    expect(emitted).toEqual(['xstate.emit', { event: { type: 'said' } }]);
    expect(rest.slice(0, 4)).toEqual([
      ['xstate.raise', { event: { type: 'now' }, id: undefined, delay: undefined }],
      ['xstate.raise', { event: { type: 'later' }, id: 'x', delay: 5 }],
      ['xstate.raise', { event: { type: 'later' }, id: undefined, delay: 7 }],
      ['xstate.cancel', { sendId: 'x' }],
    ]);
    const sends = rest.slice(4) as [string, { to: { id: string }; event: unknown }][];
    expect(sends.map(([type]) => type)).toEqual(Array(3).fill('xstate.sendTo'));
    expect(sends[0]?.[1].to).toEqual({ id: 'the parent' });
    expect(sends[1]?.[1].to).toBe(kid);
    expect(sends[1]?.[1].to.id).toBe('kid');
    expect(sends[2]?.[1].to).toBe(bare.self);
  });

  test('an entry may write to the child that its state invokes: resolved after the birth', () => {
    const bare = begin(
      {
        entry: sendTo('kid', { type: 'hello' }),
        invoke: { id: 'kid', src: 'kid' },
      },
      { actors: { kid: work } },
    );
    expect(bare.born.map(({ type }) => type)).toEqual(['xstate.sendTo', 'xstate.spawnChild']);
    const [{ params }] = bare.born as [Collected];
    expect((params as { to: unknown }).to).toBe(bare.snapshot.children.kid);
  });

  test('an invoke comes back as spawnChild on entry, and as stopChild on exit', () => {
    const bare = begin(
      {
        initial: 'a',
        states: {
          a: { invoke: { id: 'w', src: 'work', input: () => 7 }, on: { go: 'b' } },
          b: { invoke: { src: 'work' } },
        },
      },
      { actors: { work } },
    );
    expect(typed(bare.born)).toEqual([
      ['xstate.spawnChild', expect.objectContaining({ id: 'w', src: 'work', input: 7 })],
    ]);
    expect(Object.keys(bare.snapshot.children)).toEqual(['w']);
    const actions = bare.take('go');
    expect(actions.map(({ type }) => type)).toEqual(['xstate.stopChild', 'xstate.spawnChild']);
    expect(actions[0]?.params).toHaveProperty('id', 'w');
    // Without an id of its own: the number of the invoke, and the state's id.
    expect(Object.keys(bare.snapshot.children)).toEqual(['0.m.b']);
  });

  test('a child that is not there is stopped with no params', () => {
    expect(typed(onGo(xstate.stopChild('nobody')))).toEqual([['xstate.stopChild', undefined]]);
  });

  test('children may be plain objects with an id: stopping gives them back', () => {
    const bare = begin(
      {
        initial: 'a',
        states: { a: { invoke: { id: 'w', src: 'work' }, on: { go: 'b' } }, b: {} },
      },
      { actors: { work } },
    );
    const slim = { id: 'w', src: 'work' };
    bare.snapshot = Object.assign({}, bare.snapshot, { children: { w: slim } });
    expect(bare.take('go')[0]?.params).toBe(slim);
    expect(bare.snapshot.children).toEqual({});
  });

  test('spawnChild comes back with the id and source it was given', () => {
    const actors = { work };
    const actions = onGo(
      [spawnChild('work' as never, { id: 'x' } as never), spawnChild('work' as never)],
      { actors },
    );
    expect(actions.map(({ params }) => params)).toMatchObject([
      { id: 'x', src: 'work', input: undefined },
      { id: undefined, src: 'work' },
    ]);
  });

  test('enqueueActions and log come back as what they queue, and as a named action', () => {
    const actions = onGo([
      enqueueActions(({ enqueue }) => {
        enqueue.emit({ type: 'queued' });
        enqueue('note');
      }),
      xstate.log('word'),
    ]);
    expect(actions.map(({ type }) => type)).toEqual(['xstate.emit', 'note', 'xstate.log']);
  });

  test('`after` is a delayed raise on entry, a cancel on exit, and an event of its own', () => {
    const bare = begin(
      {
        initial: 'a',
        states: { a: { after: { 100: 'b', named: 'b' }, on: { go: 'b' } }, b: {} },
      },
      { delays: { named: () => 9 } },
    );
    const events = ['xstate.after.100.m.a', 'xstate.after.named.m.a'];
    expect(typed(bare.born)).toEqual(
      events.map((type, at) => [
        'xstate.raise',
        { event: { type }, id: type, delay: [100, 9][at] },
      ]),
    );
    expect(bare.machine.events).toEqual(expect.arrayContaining(events));
    const { snapshot } = bare;
    expect(typed(bare.take('go'))).toEqual(events.map((sendId) => ['xstate.cancel', { sendId }]));
    bare.snapshot = snapshot;
    bare.take(events[0] ?? '');
    expect(bare.snapshot.value).toBe('b');
  });

  test('ends of invokes are xstate.done.actor.<id> and xstate.error.actor.<id>', () => {
    const config = {
      context: { heard: null },
      initial: 'a',
      states: {
        a: {
          invoke: {
            id: 'w',
            src: 'work',
            onDone: { actions: assign({ heard: ({ event }) => event.output }) },
            onError: { actions: assign({ heard: ({ event }) => event.error }) },
          },
        },
      },
    };
    const bare = begin(config, {
      actors: { work },
    });
    bare.take('xstate.done.actor.w', { actorId: 'w', output: 1 });
    expect(bare.snapshot.context).toEqual({ heard: 1 });
    bare.take('xstate.error.actor.w', { actorId: 'w', error: 2 });
    expect(bare.snapshot.context).toEqual({ heard: 2 });
    // The child stays among the children until its state is left.
    expect(Object.keys(bare.snapshot.children)).toEqual(['w']);
  });

  test('the end of a compound state is raised as xstate.done.state.<id>', () => {
    const inner = { initial: 'x', states: { x: { type: 'final', output: 5 } } };
    const onDone = {
      target: 'b',
      actions: assign({ got: ({ event }: { event: { output?: unknown } }) => event.output }),
    };
    const bare = begin({ initial: 'a', context: {}, states: { a: { ...inner, onDone }, b: {} } });
    expect([bare.snapshot.value, bare.snapshot.context]).toEqual(['b', { got: 5 }]);
  });

  test('an invoke whose error nobody hears ends the machine with it', () => {
    const bare = begin(
      { invoke: { id: 'w', src: 'work' } },
      {
        actors: { work },
      },
    );
    const actions = bare.take('xstate.error.actor.w', { actorId: 'w', error: 'why' });
    expect([bare.snapshot.status, bare.snapshot.error]).toEqual(['error', 'why']);
    expect(actions.map(({ type }) => type)).toEqual(['xstate.stopChild']);
  });

  test('a throw at birth is a snapshot with the error, later it is thrown', () => {
    const broken = (): never => {
      throw new Error('broke');
    };
    const born = begin({ context: broken });
    expect([born.snapshot.status, born.snapshot.error]).toEqual(['error', new Error('broke')]);
    expect(() => onGo(assign(broken))).toThrow('broke');
  });

  test('machines that never settle end by maxIterations, which counts each microstep', () => {
    const bare = begin({
      initial: 'still',
      states: { still: { on: { go: 'a' } }, a: { always: 'b' }, b: { always: 'a' } },
    });
    const { options } = bare.machine as unknown as { options: { maxIterations: number } };
    expect(options.maxIterations).toBe(Number.POSITIVE_INFINITY);
    options.maxIterations = 10;
    expect(() => bare.take('go')).toThrow('Infinite loop detected');
  });
});

test('the kernel steps as the public pure functions do', () => {
  const { assign, emit, initialTransition, setup, transition } = development;
  const machine = setup({
    types: {} as { context: { n: number }; events: { type: 'go' } },
  }).createMachine({
    id: 'm',
    context: { n: 0 },
    initial: 'a',
    states: {
      a: { on: { go: { target: 'b', actions: assign({ n: 1 }) } }, after: { 5: 'b' } },
      b: { entry: emit({ type: 'arrived' } as never) },
    },
  });
  const pure = new PureMachine(machine);
  const [mine, wanted] = pure.initial(undefined);
  const [theirs, actions] = initialTransition(machine);
  expect(mine.toJSON()).toEqual(theirs.toJSON());
  expect(typed(wanted as Collected[])).toEqual(typed(actions as unknown as Collected[]));
  const [next, more] = pure.transition(mine, { type: 'go' });
  const [publicNext, publicMore] = transition(machine, theirs, { type: 'go' });
  expect(next.toJSON()).toEqual(publicNext.toJSON());
  expect(typed(more as Collected[])).toEqual(typed(publicMore as unknown as Collected[]));
  const { options } = pure.machine as unknown as { options: { maxIterations: number } };
  expect(options.maxIterations).toBe(microstepsMax);
});
