/** K5: timers are kept with absolute due times, and re-armed with what is left. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assign, type EventObject, raise, setup } from 'xstate';
import { MemoryJournal } from '../../src/journal/memory.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { System } from '../../src/kernel/system.ts';
import { settled } from './held-log.ts';
import { alarm, counter } from './machines.ts';
import { ManualClock } from './manual-clock.ts';
import { at, durable, Stage } from './stage.ts';

const play = { machines: [alarm, counter] };
const set = (ms: number): EventObject => ({ type: 'alarm.set', ms }) as EventObject;
const rings = (stage: Stage) => (stage.context('a') as { rings: string[] }).rings;
const longMs = 86_400_000 * 60;

durable('a timer rings when it is due, and not before', play, async (stage) => {
  const start = stage.clock.now();
  stage.system.spawn(alarm, { id: 'a' });
  await stage.send('a', set(1_000));
  expect(stage.clock.alarms).toEqual([start + 1_000]);
  await stage.pass(999);
  expect(rings(stage)).toEqual([]);
  await stage.pass(1);
  expect(rings(stage)).toEqual(['set 1000']);
  expect(stage.clock.alarms).toEqual([start + longMs]);
});

durable('after a restart only what was left is waited for', play, async (stage) => {
  const start = stage.clock.now();
  stage.system.spawn(alarm, { id: 'a' });
  await stage.send('a', set(1_000));
  await stage.pass(400);
  await stage.reopen();
  expect(stage.clock.alarms).toEqual([start + 1_000]);
  await stage.pass(599);
  expect(rings(stage)).toEqual([]);
  await stage.crash();
  await stage.pass(1);
  expect(rings(stage)).toEqual(['set 1000']);
});

durable('after a restart from a stored system, too', play, async (stage) => {
  const start = stage.clock.now();
  stage.system.spawn(alarm, { id: 'a' });
  for (const ms of [300, 100, 200]) await stage.send('a', set(ms));
  await stage.pass(150);
  expect(await stage.system.store()).toBe(true);
  await stage.crash();
  expect(stage.clock.alarms).toEqual([start + 200]);
  await stage.pass(150);
  expect(rings(stage)).toEqual(['set 100', 'set 200', 'set 300']);
  await stage.send('a', { type: 'alarm.cancel' });
  expect(stage.clock.alarms).toEqual([]);
});

durable('time goes on where the clock is behind the journal', play, async (stage) => {
  const [behindMs, start] = [660_000, stage.clock.now()];
  stage.system.spawn(alarm, { id: 'a' });
  await stage.send('a', set(1_000));
  await stage.pass(400);
  await stage.send('a', set(100));
  await stage.crash();
  stage.clock.set(stage.clock.now() - behindMs);
  await stage.reopen();
  expect(stage.clock.alarms).toEqual([start + 500 - behindMs]);
  await stage.pass(100);
  expect(rings(stage)).toEqual(['set 100']);
  await stage.pass(499);
  expect(rings(stage)).toEqual(['set 100']);
  await stage.pass(1);
  expect(rings(stage)).toEqual(['set 100', 'set 1000']);
  const times = [...(await stage.journal.history())].map((record) => record.at - start);
  expect(times).toEqual([0, 0, 400, 500, 1_000]);
});

durable('what came due in between rings at once, in its order', play, async (stage) => {
  stage.system.spawn(alarm, { id: 'a' });
  for (const ms of [300, 100, 200]) await stage.send('a', set(ms));
  await stage.send('a', set(100));
  await stage.send('a', set(5_000));
  await stage.system.close();
  stage.clock.set(stage.clock.now() + 1_000);
  await stage.open();
  expect(rings(stage)).toEqual([]);
  await stage.pass(0);
  expect(rings(stage)).toEqual(['set 100', 'set 100', 'set 200', 'set 300']);
  const timers = [...(await stage.journal.history())].filter(({ input }) => input.kind === 'timer');
  expect(timers.map((timer) => timer.at)).toEqual(Array(4).fill(stage.clock.now()));
  await stage.pass(4_000);
  expect(rings(stage).at(-1)).toBe('set 5000');
});

durable('a pause puts off whatever is timed, in its order', play, async (stage) => {
  const start = stage.clock.now();
  stage.system.spawn(alarm, { id: 'a' });
  stage.system.spawn(counter, { id: 'nothing timed' });
  for (const ms of [300, 100, 300]) await stage.send('a', set(ms));
  await stage.pass(50);
  stage.system.inject({ kind: 'pause', forMs: 1_000 });
  await stage.system.flushed();
  await stage.pass(0);
  expect(stage.clock.alarms).toEqual([start + 1_100]);
  await stage.reopen();
  await stage.pass(1_049);
  expect(rings(stage)).toEqual([]);
  await stage.pass(1);
  expect(rings(stage)).toEqual(['set 100']);
  await stage.pass(200);
  expect(rings(stage)).toEqual(['set 100', 'set 300', 'set 300']);
});

durable('a pause of some leaves the others alone, and those that are gone', play, async (stage) => {
  const start = stage.clock.now();
  for (const id of ['a', 'b']) {
    stage.system.spawn(alarm, { id });
    await stage.send(id, set(100));
  }
  stage.system.inject({ kind: 'pause', forMs: 1_000, of: [at('b'), at('nobody')] });
  await stage.system.flushed();
  await stage.pass(0);
  expect(stage.clock.alarms).toEqual([start + 100]);
  await stage.pass(100);
  expect(rings(stage)).toEqual(['set 100']);
  expect((stage.context('b') as { rings: string[] }).rings).toEqual([]);
  await stage.pass(1_000);
  expect((stage.context('b') as { rings: string[] }).rings).toEqual(['set 100']);
});

durable('a timer that was called off does not ring', play, async (stage) => {
  stage.system.spawn(alarm, { id: 'a' });
  await stage.send('a', { type: 'alarm.cancel' });
  expect(stage.clock.alarms).toEqual([]);
  await stage.reopen();
  expect(stage.clock.alarms).toEqual([]);
  await stage.pass(longMs * 2);
  expect([stage.value('a'), rings(stage)]).toEqual(['off', []]);
});

durable('a delay of weeks rings on its day', play, async (stage) => {
  stage.system.spawn(alarm, { id: 'a' });
  await stage.pass(longMs - 1);
  await stage.reopen();
  expect(stage.value('a')).toBe('waiting');
  await stage.pass(1);
  expect([stage.value('a'), rings(stage)]).toEqual(['off', ['the long one']]);
});

durable('timers end with their actor, and are no heritage', play, async (stage) => {
  const { system } = stage;
  system.spawn(alarm, { id: 'a' });
  await stage.send('a', set(100));
  system.inject({ kind: 'stop', address: at('a') });
  await stage.quiet();
  expect(stage.clock.alarms).toEqual([]);
  system.spawn(alarm, { id: 'a' });
  await stage.pass(200);
  expect(rings(stage)).toEqual([]);
});

durable('a ring that nobody waits for any more changes nothing', play, async (stage) => {
  const { system } = stage;
  system.spawn(alarm, { id: 'a' });
  const ring = () =>
    system.inject({ kind: 'timer', to: at('a'), timer: 'xstate.after.long.alarm' });
  const before = JSON.stringify(stage.context('a'));
  ring();
  system.inject({ kind: 'timer', to: at('nobody'), timer: 'x' });
  await stage.quiet();
  expect([stage.value('a'), JSON.stringify(stage.context('a'))]).toEqual(['waiting', before]);
  expect(stage.deadLetters()).toEqual([]);
});

durable('negative delays are none', play, async (stage) => {
  stage.system.spawn(alarm, { id: 'a' });
  await stage.send('a', set(-5));
  expect(stage.clock.alarms).toEqual([stage.clock.now()]);
  await stage.pass(0);
  expect(rings(stage)).toEqual(['set -5']);
});

const odd = setup({
  types: {} as { events: { type: 'odd.set'; how: 'nan' | 'ever' } },
}).createMachine({
  id: 'odd',
  on: {
    'odd.set': {
      actions: raise(
        { type: 'odd.set', how: 'nan' },
        {
          delay: ({ event }) => (event.how === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY),
        },
      ),
    },
  },
});

durable(
  'a delay that is no number of milliseconds is a crash that says so',
  { machines: [odd, alarm] },
  async (stage) => {
    const { system } = stage;
    system.spawn(alarm, { id: 'a' });
    await stage.send('a', set(50));
    const endings = ['nan', 'ever'].map((how) => system.spawn(odd, { id: how }).ending());
    for (const how of ['nan', 'ever'])
      await stage.send(how, { type: 'odd.set', how } as EventObject);
    expect(await Promise.all(endings)).toMatchObject([
      { kind: 'error', error: { message: 'the delay of odd.set is NaN' } },
      { kind: 'error', error: { message: 'the delay of odd.set is Infinity' } },
    ]);
    await stage.pass(50);
    expect(rings(stage), 'the others ring as ever').toEqual(['set 50']);
  },
);

const repeating = setup({
  types: {} as { context: { ticks: number }; events: { type: 'go' } | { type: 'tick' } },
}).createMachine({
  id: 'repeating',
  context: { ticks: 0 },
  initial: 'on',
  states: {
    on: {
      entry: raise({ type: 'tick' }, { delay: 100, id: 'one' }),
      on: { go: { target: 'on', reenter: true }, tick: 'rung' },
    },
    rung: {},
  },
});

durable('a timer that is set again starts anew', { machines: [repeating] }, async (stage) => {
  const start = stage.clock.now();
  stage.system.spawn(repeating, { id: 'r' });
  await stage.pass(60);
  await stage.send('r', { type: 'go' });
  expect(stage.clock.alarms).toEqual([start + 160]);
  await stage.pass(99);
  expect(stage.value('r')).toBe('on');
  await stage.pass(1);
  expect(stage.value('r')).toBe('rung');
});

const flicker = setup({
  types: {} as { context: { turns: number }; events: { type: 'never' } },
  actions: { turn: assign({ turns: ({ context }) => context.turns + 1 }) },
}).createMachine({
  id: 'flicker',
  context: { turns: 0 },
  initial: 'on',
  states: {
    on: { after: { 0: { target: 'off', actions: 'turn' } } },
    off: { after: { 0: { target: 'on', actions: 'turn' } } },
  },
});

durable(
  'timers without a delay come one turn at a time',
  { machines: [flicker] },
  async (stage) => {
    const now = stage.clock.now();
    for (const id of ['a', 'b']) stage.system.spawn(flicker, { id });
    await stage.quiet();
    for (const turns of [1, 2, 3]) {
      expect(stage.clock.ringNext(now)).toBe(true);
      expect([stage.context('a'), stage.context('b')]).toEqual([{ turns }, { turns }]);
      await stage.quiet();
    }
    expect(stage.clock.alarms).toEqual([now]);
  },
);

describe('the alarm of the clock', () => {
  test('that rings too early is set again', async () => {
    const stage = new Stage(play, async () => new MemoryJournal());
    const system = await stage.open();
    system.spawn(alarm, { id: 'a' });
    await stage.send('a', set(100));
    const { n } = system.core;
    const start = stage.clock.now();
    expect(stage.clock.ringNext(start + 100)).toBe(true);
    await stage.quiet();
    expect(rings(stage)).toEqual(['set 100']);
    await stage.send('a', set(100));
    // As timers of an operating system do: a moment before the time.
    const ring = stage.clock.takeNext();
    stage.clock.set(start + 150);
    ring();
    expect([system.core.n, rings(stage)]).toEqual([n + 2, ['set 100']]);
    expect(stage.clock.alarms).toEqual([start + 200]);
    await stage.close();
    expect(stage.clock.alarms).toEqual([]);
    ring();
    expect(system.core.n).toBe(n + 2);
  });

  test('is set while the system is still busy', async () => {
    const clock = new BusyClock();
    const log = new MemoryJournal();
    const system = await System.open({ log, clock, machines: [alarm, counter] });
    let alarms: readonly number[] = [];
    const ref = system.spawn(counter, { id: 'c' });
    system.onFact(({ event }) => {
      const { count } = event as unknown as { count: number };
      if (count < 50) void ref.send({ type: 'count.add', by: 1 });
      if (count === 40) alarms = clock.alarms;
    });
    system.spawn(alarm, { id: 'a' });
    await ref.send({ type: 'count.add', by: 1 });
    await system.idle();
    expect(alarms.length).toBe(1);
    expect(clock.breaths).toBeGreaterThan(10);
    await system.close();
  });
});

/** Each look at it takes a while. */
class BusyClock extends ManualClock {
  #elapsed = 0;

  override elapsed(): number {
    this.#elapsed += 3;
    return this.#elapsed;
  }
}

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('waits for longer than the timers of Node can', () => {
    const call = vi.fn();
    const days = 86_400_000;
    systemClock.at(Date.now() + 60 * days, call);
    vi.advanceTimersByTime(60 * days - 1);
    expect(call).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(call).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([0, 1, 2])('never asks Node for more than it can wait (off by %d)', (off) => {
    const asked = vi.spyOn(globalThis, 'setTimeout');
    const cancel = systemClock.at(Date.now() + 2 ** 31 - 2 + off, () => {});
    expect(asked.mock.calls[0]?.[1]).toBeLessThanOrEqual(2 ** 31 - 1);
    cancel();
    asked.mockRestore();
  });

  test('can be told to give up, also in the second piece of a long wait', () => {
    const call = vi.fn();
    const cancel = systemClock.at(Date.now() + 2 ** 32, call);
    vi.advanceTimersByTime(2 ** 31 + 5);
    cancel();
    vi.advanceTimersByTime(2 ** 33);
    expect(call).not.toHaveBeenCalled();
  });

  test('calls soon for a time that has passed', () => {
    const call = vi.fn();
    systemClock.at(Date.now() - 1_000, call);
    vi.advanceTimersByTime(0);
    expect(call).toHaveBeenCalledTimes(1);
  });
});

test('the system clock knows durations, and lets others have their turn', async () => {
  const before = systemClock.elapsed();
  let turn = false;
  setImmediate(() => {
    turn = true;
  });
  await systemClock.breathe();
  expect(turn).toBe(true);
  expect(systemClock.elapsed()).toBeGreaterThanOrEqual(before);
});

test('under the system clock, too, what is due rings', async () => {
  const system = await System.open({ log: new MemoryJournal(), machines: [alarm] });
  const ref = system.spawn(alarm, { id: 'a' });
  await ref.send({ type: 'alarm.set', ms: 1 });
  await vi.waitFor(() => expect(ref.snapshot()?.context.rings).toEqual(['set 1']), 20_000);
  await system.close();
  await settled();
});
