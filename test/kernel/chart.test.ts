/** Corners of the compiled fast path, each walked beside XState itself. */
import { describe, expect, test, vi } from 'vitest';
import { type AnyStateMachine, assign, createMachine, emit, raise, stopChild } from 'xstate';
import { Chart } from '../../src/kernel/chart.ts';
import type { Step } from '../../src/kernel/state.ts';
import { PureMachine } from '../../src/kernel/xstate.ts';
import { Oracle, seenOf } from './oracle.ts';
import { emptyTally, walkBoth } from './side-by-side.ts';

const count = assign({ n: ({ context }: { context: { n: number } }) => context.n + 1 });
const implementations = { actions: { count, note: () => {} }, actors: { work: undefined } };

function machineOf(config: object): AnyStateMachine {
  const whole = { id: 'm', context: { n: 0 }, ...config };
  return createMachine(whole as never).provide(implementations as never);
}

/** The corner, its machine, and the events that lead there. */
const corners: Readonly<Record<string, readonly [object, readonly string[]]>> = {
  'a machine without states': [{ on: { go: { actions: 'count' } }, tags: ['t'] }, ['go', 'go']],
  'a machine without states, with an entry, a timer and work': [
    {
      entry: 'count',
      exit: 'note',
      after: { 5: { actions: 'count' } },
      invoke: { id: 'w', src: 'work' },
    },
    ['xstate.after.5.m', 'xstate.done.actor.w'],
  ],
  'a transition to itself': [twoStates({ go: 'a' }), ['go', 'go']],
  'a transition to itself that enters again': [
    twoStates({ go: { target: 'a', reenter: true } }),
    ['go', 'go'],
  ],
  'a state inside that is aimed at from its parent': [
    nested({ go: '.x', again: { target: '.x', reenter: true } }),
    ['go', 'again'],
  ],
  'a parent that is aimed at from inside': [
    nested({}, { up: '#m.a', again: { target: '#m.a', reenter: true } }),
    ['up', 'again', 'up'],
  ],
  'the root, aimed at from below': [
    {
      ...twoStates({ go: '#m' }),
      entry: 'count',
      exit: 'note',
      after: { 5: '.a' },
      invoke: { id: 'w', src: 'work' },
    },
    ['go', 'go', 'next', 'go'],
  ],
  'the root, entered again': [
    { ...twoStates({ go: { target: '#m', reenter: true } }), entry: 'count', exit: 'note' },
    ['go', 'go'],
  ],
  'two targets that are one': [twoStates({ go: { target: ['b', 'b'] } }), ['go']],
  'two targets that exclude each other': [
    {
      initial: 'a',
      states: { a: { on: { go: { target: ['b', 'c'] } } }, b: {}, c: { entry: 'count' } },
    },
    ['go', 'go'],
  ],
  'a wildcard that forbids': [
    { on: { go: '.b' }, initial: 'a', states: { a: { on: { '*': {} } }, b: {} } },
    ['go'],
  ],
  'a type that is forbidden inside': [
    { on: { go: '.b' }, initial: 'a', states: { a: { on: { go: {} } }, b: {} } },
    ['go'],
  ],
  'an `always` that changes nothing': [
    {
      initial: 'a',
      states: {
        a: {
          always: { actions: emit({ type: 'said' } as never) },
          on: { go: { actions: 'count' } },
        },
      },
    },
    ['go', 'other'],
  ],
  'an `always` that changes nothing, and a raised event after it': [
    {
      initial: 'a',
      states: {
        a: {
          always: { actions: 'note' },
          on: { go: { actions: raise({ type: 'more' }) }, more: 'b' },
        },
        b: {},
      },
    },
    ['go'],
  ],
  'a child that was stopped before its state is left': [
    {
      initial: 'a',
      states: {
        a: { invoke: { id: 'w', src: 'work' }, on: { go: { actions: stopChild('w') }, next: 'b' } },
        b: {},
      },
    },
    ['go', 'next'],
  ],
  'an error that nobody hears': [
    { initial: 'a', states: { a: { invoke: { id: 'w', src: 'work' } } } },
    ['xstate.error.actor.w'],
  ],
  'an end with an output': [{ ...ending({}), output: { n: 1 } }, ['end']],
  'an end without one': [{ ...ending({}), entry: 'count', exit: 'count' }, ['end']],
  'an end whose own output throws': [
    ending({
      output: () => {
        throw new Error('no');
      },
    }),
    ['end'],
  ],
  'an end with work under way': [{ ...ending({}), invoke: { id: 'w', src: 'work' } }, ['end']],
  'an end inside': [
    {
      initial: 'a',
      states: {
        a: { initial: 'x', onDone: 'b', states: { x: { on: { go: 'y' } }, y: { type: 'final' } } },
        b: {},
      },
    },
    ['go'],
  ],
  'an end at birth': [{ initial: 'z', states: { z: { type: 'final' } } }, []],
  'a birth that moves on': [
    {
      initial: 'a',
      states: {
        a: { always: 'b', exit: 'count' },
        b: { entry: raise({ type: 'go' }), on: { go: 'c' } },
        c: {},
      },
    },
    [],
  ],
  'a birth with a way that only XState knows': [
    { initial: 'a', entry: stopChild('nobody'), states: { a: {} } },
    ['go'],
  ],
  'a birth whose `always` only XState knows': [
    {
      initial: 'a',
      states: { a: { always: { target: 'b', actions: stopChild('nobody') } }, b: {} },
    },
    ['go'],
  ],
  'actions of an initial transition': [
    {
      initial: { target: 'a', actions: 'count' },
      states: {
        a: {
          initial: { target: 'x', actions: 'count' },
          states: { x: {}, y: {} },
          on: { go: '.y', all: 'a' },
        },
      },
      on: { back: '.a' },
    },
    ['go', 'back', 'all'],
  ],
  'a context that is not said': [{ context: undefined, on: { go: {} } }, ['go']],
};

function twoStates(on: object): object {
  const walls = { entry: 'count', exit: 'note' };
  return {
    initial: 'a',
    states: { a: { ...walls, on: { ...on, next: 'b' } }, b: { ...walls, on } },
  };
}

function nested(on: object, inside: object = {}): object {
  const walls = { entry: 'count', exit: 'note' };
  const x = { ...walls, on: inside };
  return { initial: 'a', states: { a: { ...walls, initial: 'x', on, states: { x } } } };
}

function ending(more: object): object {
  return {
    initial: 'a',
    states: { a: { on: { end: 'z' }, exit: 'note' }, z: { type: 'final', ...more } },
  };
}

test.each(Object.entries(corners))('%s', (_, [config, events]) => {
  const machine = machineOf(config);
  const left = [...events];
  const next = () => ({ type: left.shift() ?? 'nothing' });
  walkBoth({ machine, input: undefined, stepsMax: events.length, next }, emptyTally());
  expect(left, 'all events were taken').toEqual([]);
});

describe('states are values that actors share', () => {
  test('two actors in the same state stand in the very same configuration', () => {
    const chart = new Chart(machineOf(nested({ go: '.x' })));
    const [one, two] = [chart.initial(undefined).state, chart.initial(undefined).state];
    expect(one.at).toBe(two.at);
    expect(chart.step(one, { type: 'go' }).state.at).toBe(two.at);
  });

  test('also where XState makes the steps', () => {
    const states = {
      x: { initial: 'p', states: { p: {}, q: {} }, on: { go: '.q', back: '.p' } },
      y: {},
    };
    const chart = new Chart(machineOf({ type: 'parallel', states }));
    const first = chart.initial(undefined).state;
    const away = chart.step(first, { type: 'go' }).state;
    expect(chart.step(away, { type: 'back' }).state.at).toBe(first.at);
    expect(chart.configurationAt({ x: 'q', y: {} })).toBe(away.at);
  });

  test('what nobody knows is not remembered', () => {
    const chart = new Chart(machineOf(nested({ go: '.x' })));
    const { state } = chart.initial(undefined);
    for (let n = 0; n < 100; n += 1) chart.step(state, { type: `type-${n}` });
    chart.step(state, { type: 'go' });
    expect([...state.at.candidates.keys()]).toEqual(['go']);
  });
});

test('a way that only XState knows is taken whole: nothing of the walk before it stays', () => {
  const crossings = vi.spyOn(PureMachine.prototype, 'transition');
  const machine = machineOf({
    initial: 'a',
    states: {
      a: { on: { go: { target: 'b', actions: ['count', emit({ type: 'once' } as never)] } } },
      b: { always: { target: 'c', actions: stopChild('nobody') } },
      c: {},
    },
  });
  const chart = new Chart(machine);
  const oracle = new Oracle(machine);
  oracle.begin(undefined);
  const step: Step = chart.step(chart.initial(undefined).state, { type: 'go' });
  expect(crossings).toHaveBeenCalledTimes(1);
  crossings.mockRestore();
  expect(seenOf(step)).toEqual(oracle.take({ type: 'go' }));
  expect(step.state.context).toEqual({ n: 1 });
  expect(step.effects.filter(({ kind }) => kind === 'fact').length).toBe(1);
});

test('a step that was given up leaves nothing behind for the next one', () => {
  const machine = machineOf({
    initial: 'a',
    states: {
      a: {
        on: {
          go: { target: 'b', actions: raise({ type: 'more' }) },
          break: { actions: [raise({ type: 'more' }), 'broken'] },
          more: { actions: 'count' },
          other: {},
        },
      },
      b: { always: { target: 'c', actions: stopChild('nobody') } },
      c: {},
    },
  }).provide({
    actions: {
      broken: assign(() => {
        throw new Error('no');
      }),
    },
  } as never);
  const chart = new Chart(machine);
  const { state } = chart.initial(undefined);
  expect(chart.step(state, { type: 'go' }).state.at.value).toBe('c');
  expect(chart.step(state, { type: 'other' }).state.context).toEqual({ n: 0 });
  expect(() => chart.step(state, { type: 'break' })).toThrow('no');
  expect(chart.step(state, { type: 'other' })).toEqual({ state, effects: [] });
});

test('the alphabet is what some state knows, and nothing of XState', () => {
  const chart = new Chart(machineOf(nested({ go: '.x', no: {} }, { up: '#m.a' })));
  expect([...chart.alphabet].sort()).toEqual(['go', 'no', 'up']);
  expect(chart.knows('no')).toBe(true);
  expect(chart.knows('never')).toBe(false);
});
