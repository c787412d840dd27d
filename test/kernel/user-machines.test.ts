/** Ordinary machines of ordinary people: promises and actions are carried out as behaviours. */
import { expect, test, vi } from 'vitest';
import {
  assign,
  type EventObject,
  emit,
  fromPromise,
  log,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import { MemoryJournal } from '../../src/journal/memory.ts';
import type { Call } from '../../src/kernel/behaviours.ts';
import { System } from '../../src/kernel/system.ts';
import { settled } from './held-log.ts';
import { worker } from './machines.ts';
import { ManualClock } from './manual-clock.ts';
import { at, durable, Stage, untilAborted } from './stage.ts';
import { watched } from './watched.ts';

const start = { type: 'work.start' };

durable(
  'its own promise is used when nothing else is given',
  { machines: [worker] },
  async (stage) => {
    stage.system.spawn(worker, { id: 'w' });
    await stage.send('w', start);
    expect([stage.value('w'), stage.context('w')]).toEqual([
      'idle',
      { name: 'nameless', done: ['by itself'] },
    ]);
  },
);

const seen: Partial<Call<unknown>>[] = [];

durable(
  'a behaviour takes the place of its promise, and gets what the machine gives',
  {
    machines: [worker],
    behaviours: {
      worker: {
        work: ({ input, actor, effect, resumed, signal }: Call<unknown>) => {
          seen.push({ input, actor, effect, resumed });
          return signal.aborted ? 'given up' : Promise.resolve('soon');
        },
      },
    },
  },
  async (stage) => {
    seen.splice(0);
    stage.system.spawn(worker, { id: 'w', input: { name: 'Ada' } });
    await stage.send('w', start);
    expect(seen).toEqual([{ input: { name: 'Ada' }, actor: 'w', effect: '2.1', resumed: false }]);
    expect(stage.context('w')).toEqual({ name: 'Ada', done: ['soon'] });
  },
);

const failures: readonly (readonly [string, () => unknown, unknown])[] = [
  ['rejects', () => Promise.reject(new TypeError('no')), { name: 'TypeError', message: 'no' }],
  ['throws', () => fail(new RangeError('no')), { name: 'RangeError', message: 'no' }],
  ['throws a text', () => fail('no'), { name: 'Error', message: 'no' }],
  ['throws data', () => fail({ code: 7 }), { name: 'Error', message: '{"code":7}' }],
];

function fail(thrown: unknown): never {
  throw thrown;
}

for (const [how, work, error] of failures) {
  durable(
    `a behaviour that ${how} is an error of the invoke`,
    { machines: [worker], behaviours: { worker: { work } } },
    async (stage) => {
      stage.system.spawn(worker, { id: 'w' });
      await stage.send('w', start);
      expect(stage.value('w')).toBe('failed');
      expect(stage.context('w')).toMatchObject({ done: [error] });
    },
  );
}

const nameless = setup({}).createMachine({
  id: 'nameless',
  context: { why: null },
  invoke: {
    id: 'w',
    src: 'forgotten',
    onError: { actions: assign({ why: ({ event }) => event.error }) },
  },
} as never);

durable(
  'work that nobody gave is an error that says how to give it',
  { machines: [nameless as never] },
  async (stage) => {
    stage.system.spawn(nameless as never, { id: 'n' });
    await stage.quiet();
    expect(stage.context('n')).toEqual({
      why: {
        name: 'UserError',
        message: 'nothing is given for "forgotten", which machine "nameless" invokes',
      },
    });
  },
);

const noted: unknown[] = [];
const acting = setup({
  types: {} as {
    context: { n: number };
    events: { type: 'act' } | { type: 'act.inline' } | { type: 'act.both' } | { type: 'act.log' };
    emitted: { type: 'acted' };
  },
  actions: {
    own: (_: unknown, params: { n: number }) => noted.push(['own', params]),
    given: (_: unknown, _params: { n: number }) => noted.push(['never']),
    late: async () => fail(new Error('too late')),
    broken: () => fail(new Error('it broke')),
  },
}).createMachine({
  id: 'acting',
  context: { n: 1 },
  on: {
    act: {
      actions: [
        { type: 'own', params: ({ context }) => ({ n: context.n }) },
        { type: 'given', params: { n: 2 } },
        { type: 'missing' } as never,
        { type: 'late' },
        { type: 'broken' },
        emit({ type: 'acted' }),
      ],
    },
    'act.inline': { actions: [({ context }) => noted.push(['inline', context.n]), log('quiet')] },
    'act.both': {
      actions: [
        { type: 'given', params: { n: 3 } },
        { type: 'given', params: { n: 4 } },
      ],
    },
  },
});

const given = ({ input, actor, effect }: Call<unknown>) => {
  noted.push(['given', input, actor, effect]);
};

durable(
  'actions are carried out once their input is safe, and their failures are told',
  { machines: [acting], behaviours: { acting: { given } } },
  async (stage) => {
    noted.splice(0);
    stage.system.spawn(acting, { id: 'a' });
    await stage.send('a', { type: 'act' });
    expect(noted).toEqual([
      ['own', { n: 1 }],
      ['given', { n: 2 }, 'a', '2.2'],
    ]);
    expect(stage.failures.map(String)).toEqual(['Error: it broke', 'Error: too late']);
    expect(stage.factTypes()).toEqual(['acted']);
    await stage.send('a', { type: 'act.inline' });
    await stage.send('a', { type: 'act.both' });
    expect(noted.slice(2)).toEqual([
      ['inline', 1],
      ['given', { n: 3 }, 'a', '4.1'],
      ['given', { n: 4 }, 'a', '4.2'],
    ]);
  },
);

const slow: (() => void)[] = [];

durable(
  'two acts of one input are both waited for',
  {
    machines: [acting],
    behaviours: {
      acting: { given: () => new Promise<void>((resolve) => void slow.push(resolve)) },
    },
  },
  async (stage) => {
    slow.splice(0);
    stage.system.spawn(acting, { id: 'a' });
    await stage.send('a', { type: 'act.both' });
    const performed = async (): Promise<number | undefined> => {
      await stage.send('a', { type: 'act.inline' });
      return [...(await stage.journal.history())].at(-1)?.performed;
    };
    expect([slow.length, await performed()]).toEqual([2, 1]);
    slow[0]?.();
    expect(await performed()).toBe(1);
    slow[1]?.();
    await stage.quiet();
    expect(await performed()).toBe(4);
  },
);

const spawning = setup({
  types: {} as {
    context: { done: unknown };
    events: { type: 'go' } | { type: 'end' } | { type: 'xstate.done.actor.extra'; output: unknown };
  },
  actors: { work: fromPromise<string, number>(() => Promise.resolve('')) },
}).createMachine({
  id: 'spawning',
  context: { done: null },
  on: {
    go: { actions: spawnChild('work', { id: 'extra', input: 7 }) },
    end: { actions: stopChild('extra') },
    'xstate.done.actor.extra': { actions: assign({ done: ({ event }) => event.output }) },
  },
});

const spawned: Call<unknown>[] = [];

durable(
  'an actor that is spawned by its name is work like an invoke',
  {
    machines: [spawning],
    behaviours: {
      spawning: {
        work: (call: Call<unknown>) => {
          spawned.push(call);
          return spawned.length > 1 ? 'done' : untilAborted(call);
        },
      },
    },
  },
  async (stage) => {
    spawned.splice(0);
    stage.system.spawn(spawning, { id: 's' });
    await stage.send('s', { type: 'go' });
    expect(spawned.map(({ input, effect }) => [input, effect])).toEqual([[7, '2.1']]);
    await stage.send('s', { type: 'end' });
    expect(spawned[0]?.signal.aborted).toBe(true);
    await stage.send('s', { type: 'go' });
    await stage.quiet();
    expect(stage.context('s')).toEqual({ done: 'done' });
  },
);

test('work that is no longer wanted is given up, once that is safe', async () => {
  const calls: Call<unknown>[] = [];
  const work = (call: Call<unknown>) => {
    calls.push(call);
    return untilAborted(call);
  };
  const journal = new MemoryJournal();
  const stage = new Stage(
    { machines: [worker], behaviours: { worker: { work } } },
    async () => journal,
  );
  const system = await stage.open();
  system.spawn(worker, { id: 'w' });
  await stage.send('w', start);
  expect(calls[0]?.signal.aborted).toBe(false);
  void system.send(at('w'), { type: 'work.stop' });
  expect(calls[0]?.signal.aborted).toBe(false);
  await stage.quiet();
  expect(calls[0]?.signal.aborted).toBe(true);
  await stage.close();
});

test('closing gives up all work, waits for its end, and starts none', async () => {
  const ends: (() => void)[] = [];
  let aborted = 0;
  const work = ({ signal }: Call<unknown>) => {
    signal.addEventListener('abort', () => {
      aborted += 1;
    });
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const log = new MemoryJournal();
  const clock = new ManualClock();
  const options = { log, clock, machines: [worker], behaviours: { worker: { work } } };
  const system = await System.open(options);
  for (const id of ['a', 'b']) system.spawn(worker, { id });
  await system.send(at('a'), start);
  const idle = watched(system.idle());
  const closed = watched(system.close());
  // What comes in now is kept for the next life.
  await system.send(at('b'), start);
  await new Promise(setImmediate);
  expect([aborted, ends.length, closed.state, idle.state]).toEqual([1, 1, 'pending', 'pending']);
  const { n } = system.core;
  for (const end of ends.splice(0)) end();
  await vi.waitFor(() => expect([closed.state, idle.state]).toEqual(['kept', 'kept']), 20_000);
  expect(system.core.n, 'the end of work that was given up is no input').toBe(n);

  const again = await System.open(options);
  expect(ends.length).toBe(2);
  for (const end of ends) end();
  await again.idle();
  expect(again.look(at('b'))?.context).toMatchObject({ done: [undefined] });
  await again.close();
});

test('a system that is restored does nothing before it is started', async () => {
  const log = new MemoryJournal();
  const clock = new ManualClock();
  const work = vi.fn(untilAborted);
  const options = { log, clock, machines: [worker], behaviours: { worker: { work } } };
  const first = await System.open(options);
  first.spawn(worker, { id: 'w' });
  await first.send(at('w'), start);
  await first.close();
  const second = await System.restore(options);
  expect(work).toHaveBeenCalledTimes(1);
  expect(second.look(at('w'))?.value).toBe('working');
  second.start();
  expect(work).toHaveBeenCalledTimes(2);
  await second.close();
});

test('what a life before left undone is not forgotten by one that never started', async () => {
  const ends: (() => void)[] = [];
  const record = vi.fn(() => new Promise<void>((resolve) => void ends.push(resolve)));
  const behaviours = { worker: { work: () => 'done', record } };
  const clock = new ManualClock();
  const open = (log: MemoryJournal) => ({ log, clock, machines: [worker], behaviours });
  const first = new MemoryJournal();
  const system = await System.open(open(first));
  system.spawn(worker, { id: 'w' });
  await system.send(at('w'), start);
  await vi.waitFor(() => expect(record).toHaveBeenCalledTimes(1), 20_000);

  const second = new MemoryJournal();
  for (const input of await first.history()) second.append(input);
  const restored = await System.restore(open(second));
  // It takes messages, but begins nothing of the old before it is told to.
  await restored.send(at('w'), { type: 'work.stop' });
  await restored.send(at('w'), { type: 'work.stop' });
  expect([...(await second.history())].at(-1)?.performed).toBe(2);
  expect(record).toHaveBeenCalledTimes(1);
  restored.start();
  expect(record).toHaveBeenCalledTimes(2);
  for (const end of ends) end();
  await settled();
  await restored.send(at('w'), { type: 'work.stop' });
  expect([...(await second.history())].at(-1)?.performed).toBe(5);
  await Promise.all([system.close(), restored.close()]);
});

test('facts come in order, numbered without gaps, and to whoever still listens', async () => {
  const journal = new MemoryJournal();
  const stage = new Stage({ machines: [acting] }, async () => journal);
  const system = await stage.open();
  const heard: number[] = [];
  const stop = system.onFact(({ seq }) => heard.push(seq));
  system.spawn(acting, { id: 'a' });
  for (let count = 0; count < 3; count += 1) await stage.send('a', { type: 'act' } as EventObject);
  stop();
  await stage.send('a', { type: 'act' });
  expect(heard).toEqual([1, 2, 3]);
  expect(stage.facts.map(({ seq, actor }) => `${seq} ${actor}`)).toEqual([
    '1 a',
    '2 a',
    '3 a',
    '4 a',
  ]);
  await stage.close();
});
