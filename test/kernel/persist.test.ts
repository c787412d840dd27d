/** A system as JSON and back: the same at every moment, and it goes on as if nothing had been. */
import { describe, expect, test, vi } from 'vitest';
import { type AnyStateMachine, assign, createMachine, type EventObject } from 'xstate';
import { MemoryJournal } from '../../src/journal/memory.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { LoggedInput } from '../../src/kernel/log.ts';
import { hashOf, restoreCore, type StoredCore, storeCore } from '../../src/kernel/persist.ts';
import { alarm, counter, parent, relay, worker } from './machines.ts';
import { at, durable, Stage } from './stage.ts';
import {
  failed,
  limited,
  planSpec,
  roleSpec,
  succeeded,
  teamBehaviours,
  teamMachines,
} from './team.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Regions beside each other, a memory, tags, and errors that stay in the context. */
const regions = createMachine({
  id: 'regions',
  version: '7',
  type: 'parallel',
  context: { moves: [] },
  states: {
    left: {
      initial: 'a',
      states: {
        a: { on: { move: 'b' } },
        b: { on: { move: 'c' }, always: { guard: 'twice', target: 'c' } },
        c: { on: { move: 'a' } },
        h: { type: 'history' },
      },
      on: { back: '.h' },
    },
    right: {
      initial: 'off',
      states: {
        off: { on: { move: 'on' }, tags: 'dark' },
        on: {
          initial: 'x',
          on: { move: 'off' },
          states: { x: { on: { back: 'y' } }, y: {}, h: { type: 'history', history: 'deep' } },
        },
      },
    },
  },
  on: { reset: { target: ['.left.h', '.right.on.h'] } },
  entry: 'remember',
} as never).provide({
  guards: { twice: ({ context }: { context: { moves: unknown[] } }) => context.moves.length > 2 },
  actions: {
    remember: assign(({ context, event }) => ({ moves: [...context.moves, event.type] })),
  },
} as never) as AnyStateMachine;

async function historyOf(stage: Stage): Promise<readonly LoggedInput[]> {
  const inputs = [...(await stage.journal.history())];
  return JSON.parse(JSON.stringify(inputs)) as LoggedInput[];
}

/** Stores and restores at each input; each of the restored ones goes on to the same end. */
function expectTheSameAtEveryInput(
  machines: readonly AnyStateMachine[],
  inputs: readonly LoggedInput[],
  every = 1,
): void {
  const charts = new Charts(machines);
  const core = new Core(charts);
  const restored: Core[] = [];
  for (const [place, input] of inputs.entries()) {
    core.apply(input);
    for (const other of restored) other.apply(input);
    if (place % every !== 0) continue;
    const other = new Core(new Charts(machines));
    const stored = JSON.parse(JSON.stringify(storeCore(core))) as StoredCore;
    restoreCore(other, charts, stored);
    expect(hashOf(other), `restored after input ${input.n}`).toBe(hashOf(core));
    restored.push(other);
  }
  for (const other of restored) expect(hashOf(other)).toBe(hashOf(core));
  expect(restored.length).toBeGreaterThan(3);
}

test('small machines, with timers, work, children, crashes and ends', async () => {
  const machines = [counter, relay, worker, alarm, parent, regions];
  const journal = new MemoryJournal();
  const stage = new Stage(
    { machines, behaviours: { worker: { work: () => 'done' } } },
    async () => journal,
  );
  const system = await stage.open();
  for (const machine of machines) system.spawn(machine as never, { id: machine.id });
  const events: readonly (readonly [string, EventObject])[] = [
    ['counter', { type: 'count.add', by: 2 } as EventObject],
    ['alarm', { type: 'alarm.set', ms: 30 } as EventObject],
    ['worker', { type: 'work.start' }],
    ['parent', { type: 'parent.tell', what: 'child.say' } as EventObject],
    ['regions', { type: 'move' }],
    ['regions', { type: 'back' }],
    ['regions', { type: 'reset' }],
    ['relay', { type: 'relay.send', to: ['counter', 'nobody'] } as unknown as EventObject],
    ['counter', { type: 'count.break' }],
    ['parent', { type: 'parent.tell', what: 'child.break' } as EventObject],
  ];
  for (const [to, event] of events) {
    await stage.send(to, event);
    await stage.pass(10);
  }
  expectTheSameAtEveryInput(machines, await historyOf(stage));
  await stage.close();
});

test('a team with retries, limits and failures', async () => {
  const plan = planSpec(
    [
      { id: 'a' },
      { id: 'b', needs: ['a'], retries: 1, checked: true },
      { id: 'c', needs: ['a'], retries: 1 },
      { id: 'd', needs: ['b', 'c'] },
    ],
    [roleSpec('coder', 2, { handoff: true })],
    { mode: 'waves' },
  );
  const behaviours = teamBehaviours(({ task, attempt }) => {
    if (task === 'b' && attempt === 1) return failed('agent.crashed');
    if (task === 'c' && attempt === 1) return limited(500);
    return succeeded;
  });
  const journal = new MemoryJournal();
  const stage = new Stage({ machines: teamMachines, behaviours }, async () => journal);
  const system = await stage.open();
  system.inject({
    kind: 'spawn',
    machine: 'orchestrator',
    address: at('orchestrator'),
    input: undefined,
  });
  await stage.send('orchestrator', { type: 'plan.submit', plan } as EventObject);
  await stage.pass(60_000);
  expect(stage.value('orchestrator')).toBe('succeeded');
  expectTheSameAtEveryInput(teamMachines, await historyOf(stage), 2);
  await stage.close();
});

/** Two regions that both move on once they are let: in which order, tells the log. */
const gates = createMachine({
  id: 'gates',
  type: 'parallel',
  context: { open: false, log: [] },
  on: { open: { actions: assign({ open: true }) } },
  states: {
    first: {
      initial: 'off',
      states: {
        off: { on: { on: 'on' } },
        on: { always: { guard: 'open', target: 'gone', actions: { type: 'log', params: 1 } } },
        gone: {},
      },
    },
    second: {
      initial: 'on',
      states: {
        on: { always: { guard: 'open', target: 'gone', actions: { type: 'log', params: 2 } } },
        gone: {},
      },
    },
  },
} as never).provide({
  guards: { open: ({ context }: { context: { open: boolean } }) => context.open },
  actions: { log: assign({ log: ({ context }, n) => [...context.log, n] }) },
} as never) as AnyStateMachine;

describe('regions', () => {
  for (const restarted of [false, true]) {
    durable(
      `move in the order of the document${restarted ? ', also after a restart' : ''}`,
      { machines: [gates] },
      async (stage) => {
        stage.system.spawn(gates as never, { id: 'g' });
        await stage.send('g', { type: 'on' });
        await stage.system.store();
        if (restarted) await stage.crash();
        await stage.send('g', { type: 'open' });
        expect(stage.context('g')).toEqual({ open: true, log: [1, 2] });
      },
    );
  }

  durable(
    'go on after a restart in the order of the document, not of the way there',
    { machines: [regions] },
    async (stage) => {
      stage.system.spawn(regions as never, { id: 'r' });
      const moves = ['move', 'back', 'move', 'reset', 'move', 'back'];
      for (const type of moves) {
        await stage.send('r', { type });
        expect(await stage.system.store()).toBe(true);
        await stage.crash();
        expect(stage.system.hash()).toBe(await stage.replayedHash());
      }
    },
  );
});

durable(
  'a stored system is used, and what came after it is replayed',
  { machines: [counter, worker], behaviours: { worker: { work: () => 'done' } }, storeEvery: 5 },
  async (stage) => {
    stage.system.spawn(counter, { id: 'c' });
    for (let count = 0; count < 23; count += 1) {
      await stage.send('c', { type: 'count.add', by: 1 } as EventObject);
    }
    await stage.crash();
    const { stored, inputs } = await stage.journal.load();
    expect(stored?.n).toBe(20);
    expect([...inputs].map(({ n }) => n)).toEqual([21, 22, 23, 24]);
    expect(stage.context('c')).toEqual({ count: 23 });
    expect(stage.system.core.n).toBe(24);
  },
);

durable(
  'the more actors there are the rarer a system is stored',
  { machines: [counter], storeEvery: 2 },
  async (stage) => {
    for (let count = 0; count < 40; count += 1) {
      stage.system.spawn(counter, { id: `c${count}` });
      await stage.quiet();
    }
    expect((await stage.journal.load()).stored).toBeNull();
    for (let count = 0; count < 50; count += 1) {
      await stage.send('c0', { type: 'count.add', by: 1 } as EventObject);
    }
    expect((await stage.journal.load()).stored?.n).toBe(80);
  },
);

const slow: (() => void)[] = [];

durable(
  'a system is not stored while an act is under way: the next life would not know of it',
  {
    machines: [worker],
    behaviours: {
      worker: {
        work: () => 'done',
        record: () => new Promise<void>((resolve) => slow.push(resolve)),
      },
    },
    storeEvery: 1,
  },
  async (stage) => {
    slow.splice(0);
    stage.system.spawn(worker, { id: 'w' });
    await stage.quiet();
    await stage.send('w', { type: 'work.start' });
    expect(slow.length).toBe(1);
    expect(await stage.system.store()).toBe(false);
    await stage.send('w', { type: 'work.stop' });
    await stage.crash();
    expect(slow.length, 'the act is carried out again').toBe(2);
    for (const finish of slow) finish();
    await stage.quiet();
    expect(await stage.system.store()).toBe(true);
  },
);

describe('a machine that is no longer what it was', () => {
  const machine = (state: string, version: object = {}) =>
    createMachine({ id: 'm', ...version, initial: state, states: { [state]: {} } } as never);
  const charts = (...given: Parameters<typeof machine>) => new Charts([machine(...given) as never]);
  const stored = (...given: Parameters<typeof machine>): StoredCore => {
    const core = new Core(charts(...given));
    const input = { kind: 'spawn', machine: 'm', address: at('x'), input: undefined } as const;
    core.apply({ n: 1, at: 0, input });
    return storeCore(core);
  };
  const restore = (into: Charts, from: StoredCore) => () => restoreCore(new Core(into), into, from);

  test('says which version began it', () => {
    const refusal = {
      code: 'machine.changed',
      message: 'it was begun by machine "m" in version "1", and this is version "2"',
      hint: 'finish it with the version that began it (1)',
    };
    const from = stored('a', { version: '1' });
    expect(restore(charts('a', { version: '2' }), from)).toThrow(expect.objectContaining(refusal));
    expect(restore(charts('a', { version: '1' }), from)).not.toThrow();
  });

  test.each([
    [{ version: '1' }, '1'],
    [{}, 'unversioned'],
  ])('and has lost a state without saying so (%o)', (version, began) => {
    const refusal = {
      code: 'machine.changed',
      message: 'x stands in "a", which machine "m" no longer has',
      hint: `finish it with the version that began it (${began})`,
    };
    const into = charts('b', version);
    expect(restore(into, stored('a', version))).toThrow(expect.objectContaining(refusal));
  });
});

describe('a machine of another version', () => {
  interface Rest {
    readonly [key: string]: unknown;
  }
  const machine = (version: string, waiting: Rest) =>
    createMachine({
      id: 'm',
      version,
      initial: 'waiting',
      states: { waiting, over: { type: 'final' } },
    } as never).provide({ actors: { work: worker } } as never);
  const moved = (from: Rest, to: Rest) => {
    const [old, now] = [machine('1', from), machine('2', to)];
    const core = new Core(new Charts([old]));
    const input = { kind: 'spawn', machine: 'm', address: at('x'), input: undefined } as const;
    core.apply({ n: 1, at: 0, input });
    const charts = new Charts([now]);
    const heir = new Core(charts);
    restoreCore(heir, charts, storeCore(core), 'any version');
    return storeCore(heir);
  };
  const timed = { after: { 1000: 'over' } };
  const invoking = (id: string) => ({ invoke: { id, src: 'work', onDone: 'over' } });

  test.each<[string, Rest, Rest]>([
    ['only waits', {}, { on: { more: 'over' } }],
    ['waits for a deadline', timed, { ...timed, on: { more: 'over' } }],
    ['waits for work', invoking('work'), { ...invoking('work'), on: { more: 'over' } }],
  ])('goes on with an actor that %s, and calls it its own', (_, from, to) => {
    const { living } = moved(from, to);
    expect(living[0]).toMatchObject({ address: 'x', value: 'waiting', version: '2' });
  });

  test.each<[string, Rest, Rest]>([
    ['deadline is another one', timed, { after: { 2000: 'over' } }],
    ['work is another one', invoking('work'), invoking('other')],
    ['state has states now', {}, { initial: 'one', states: { one: {} } }],
    ['state is a simple one now', { initial: 'one', states: { one: {} } }, {}],
  ])('leaves an actor alone whose %s', (_, from, to) => {
    expect(() => moved(from, to)).toThrow(expect.objectContaining({ code: 'machine.changed' }));
  });
});

test('only a system that has seen nothing can be restored', () => {
  const charts = new Charts([counter]);
  const core = new Core(charts);
  core.apply({ n: 1, at: 0, input: { kind: 'stop', address: at('x') } });
  expect(() => restoreCore(core, charts, storeCore(core))).toThrow('has seen no input');
});
