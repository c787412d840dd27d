/** K6: everything has a limit and a policy for when it is reached; nothing goes on for ever. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createMachine,
  type EventObject,
  raise,
  setup,
} from 'xstate';
import type { Address } from '../../machines/ids.ts';
import { FileJournal } from '../../src/journal/file.ts';
import { Chart } from '../../src/kernel/chart.ts';
import { DeadLetters, deadLettersMax } from '../../src/kernel/dead-letters.ts';
import { System } from '../../src/kernel/system.ts';
import { microstepsMax } from '../../src/kernel/xstate.ts';
import { boss } from './boss.ts';
import { carried, counter, relay } from './machines.ts';
import { ManualClock } from './manual-clock.ts';
import { at, durable } from './stage.ts';

const sendTo = (...to: Address[]): EventObject => ({ type: 'relay.send', to }) as EventObject;
const end = { type: 'count.end' };

durable(
  'a mailbox that is full: the newest messages become dead letters',
  { machines: [counter, relay], limits: { mailboxMax: 3 } },
  async (stage) => {
    stage.system.spawn(counter, { id: 'c' });
    stage.system.spawn(relay, { id: 'r' });
    await stage.send('r', sendTo(...Array(5).fill(at('c'))));
    expect(stage.context('c')).toEqual({ count: 3 });
    expect(stage.deadLetters()).toEqual(Array(2).fill('count.add to c: its mailbox is full'));
    await stage.send('r', sendTo(at('c'), at('c')));
    expect(stage.context('c')).toEqual({ count: 5 });
  },
);

durable(
  'actors that ended: only the last ones are kept',
  { machines: [counter], limits: { endedMax: 2 } },
  async (stage) => {
    for (const id of ['a', 'b', 'c', 'a']) {
      stage.system.spawn(counter, { id });
      await stage.send(id, end);
    }
    expect(['a', 'b', 'c'].map((id) => stage.status(id))).toEqual(['done', undefined, 'done']);
    expect(stage.system.core.registry.kept).toBe(2);
    expect(stage.system.core.registry.size).toBe(0);
  },
);

test('dead letters: the oldest are forgotten, all are counted', () => {
  const letters = new DeadLetters();
  for (let n = 1; n <= deadLettersMax + 5; n += 1) {
    letters.add({ n, at: n, to: at('x'), event: { type: 'e' }, why: 'nobody is there' });
  }
  expect(letters.count).toBe(deadLettersMax + 5);
  expect(letters.letters.length).toBe(deadLettersMax);
  expect(letters.letters[0]?.n).toBe(6);
});

type Ping = { type: 'ping'; to: readonly Address[] };

/** Passes on what it gets: two of them play for ever. */
const player = setup({
  types: {} as { context: { hits: number }; events: Ping },
  actions: carried,
}).createMachine({
  id: 'player',
  context: { hits: 0 },
  on: {
    ping: {
      actions: [
        assign({ hits: ({ context }) => context.hits + 1 }),
        {
          type: 'send',
          params: ({ event }) => ({
            to: event.to[0] ?? at('nobody'),
            event: { type: 'ping', to: [...event.to.slice(1), ...event.to.slice(0, 1)] },
          }),
        },
      ],
    },
  },
});

durable(
  'messages without end: whoever gets one too many crashes, and the rest lives on',
  { machines: [player, counter, boss], limits: { messagesPerInputMax: 1_000 } },
  async (stage) => {
    const { system } = stage;
    system.spawn(boss, { id: 'boss' });
    for (const id of ['a', 'b']) system.spawn(player, { id, supervisor: at('boss') });
    system.spawn(counter, { id: 'c' });
    await stage.send('a', { type: 'ping', to: ['b', 'a'].map(at) } as EventObject);
    expect([stage.status('a'), stage.status('b')].sort()).toEqual(['active', 'error']);
    expect(stage.context('boss')).toMatchObject({
      exits: [{ error: 'input 5 causes messages without end' }],
    });
    await stage.send('c', { type: 'count.add', by: 1 } as EventObject);
    expect(stage.context('c')).toEqual({ count: 1 });
  },
);

durable(
  'a crash that brings its loop back comes to an end too',
  { machines: [player, boss, restarter()], limits: { messagesPerInputMax: 100 } },
  async (stage) => {
    stage.system.spawn(restarter(), { id: 'boss' });
    await stage.quiet();
    expect(stage.status('boss')).toBe('error');
    expect(stage.status('p')).toBe('error');
  },
);

/** Starts a player that plays with itself again and again, as soon as it has crashed. */
function restarter() {
  const wish = { machine: 'player', address: at('p'), input: undefined, supervisor: at('boss') };
  const ball = { to: at('p'), event: { type: 'ping', to: Array(2).fill(at('p')) } };
  const again = [
    { type: 'spawnAll', params: { wishes: [wish] } },
    { type: 'send', params: ball },
  ] as const;
  return setup({
    types: {} as { events: { type: 'child.exited' } },
    actions: carried,
  }).createMachine({
    id: 'restarter',
    entry: [...again],
    on: { 'child.exited': { actions: [...again] } },
  });
}

const loops: readonly (readonly [string, AnyStateMachine])[] = [
  ['`always`', spinning({ always: { target: 'b', actions: 'note' } }, { always: 'a' })],
  ['`always` that stays', spinning({ always: { actions: 'count' } }, {})],
  ['raised events', spinning({ entry: raise({ type: 'go' }), on: { go: 'b' } }, { always: 'a' })],
  ['regions', spinning({ type: 'parallel', states: { x: turning(), y: {} } }, {})],
];

function turning() {
  return { initial: 'p', states: { p: { always: 'q' }, q: { always: 'p' } } };
}

/** Two states that move each other, entered by an event. */
function spinning(a: object, b: object): AnyStateMachine {
  const states = { still: { on: { start: 'a' } }, a, b };
  const config = { id: 'spinning', context: { n: 0 }, initial: 'still', states };
  const count = assign({ n: ({ context }) => context.n + 1 });
  return createMachine(config as never).provide({ actions: { note: () => {}, count } } as never);
}

describe.each(loops)('a step without end, by %s', (_, machine) => {
  test('is an error, soon', () => {
    const chart = new Chart(machine);
    const { state } = chart.initial(undefined);
    expect(() => chart.step(state, { type: 'start' })).toThrow(/never settle|Infinite loop/);
  });

  durable('crashes its actor only', { machines: [machine, counter] }, async (stage) => {
    const ref = stage.system.spawn(machine, { id: 's' });
    stage.system.spawn(counter, { id: 'c' });
    await stage.send('s', { type: 'start' });
    expect(await ref.ending()).toMatchObject({ kind: 'error' });
    await stage.send('c', { type: 'count.add', by: 1 } as EventObject);
    expect(stage.context('c')).toEqual({ count: 1 });
  });
});

describe('a chain of microsteps', () => {
  const climbing = (top: number): AnyStateMachine => {
    const up = { always: { guard: 'below', actions: 'climb' } };
    const states = { still: { on: { start: 'up' } }, up };
    const config = { id: 'climbing', context: { n: 0 }, initial: 'still', states };
    const below = ({ context }: { context: { n: number } }) => context.n < top;
    const climb = assign({ n: ({ context }) => context.n + 1 });
    return createMachine(config as never).provide({
      guards: { below },
      actions: { climb },
    } as never);
  };

  test('may be as long as the limit says, and no longer', () => {
    const climb = (top: number): unknown => {
      const chart = new Chart(climbing(top));
      return chart.step(chart.initial(undefined).state, { type: 'start' }).state.context;
    };
    expect(climb(microstepsMax - 1)).toEqual({ n: microstepsMax - 1 });
    expect(() => climb(microstepsMax)).toThrow('never settle');
  });
});

test('a journal that is full halts the system, and what it holds stays good', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-full-'));
  try {
    const machines = [counter];
    const clock = new ManualClock();
    const log = await FileJournal.open(folder, { bytesMax: 2_000 });
    const system = await System.open({ log, clock, machines });
    const halted = vi.fn();
    system.onHalt(halted);
    const ref = system.spawn(counter, { id: 'c' });
    let safe = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        await ref.send({ type: 'count.add', by: 1 });
        safe += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({ name: 'UserError', code: 'journal.full' });
    expect(halted).toHaveBeenCalledTimes(1);
    await system.close();
    const again = await System.open({ log: await FileJournal.open(folder), clock, machines });
    expect(again.ref(counter, 'c').snapshot()?.context).toEqual({ count: safe });
    await again.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
