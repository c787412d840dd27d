/** K2: the journal holds inputs and nothing else, and the same inputs give the same everything. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { EventObject } from 'xstate';
import { MemoryJournal } from '../../src/journal/memory.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { Input } from '../../src/kernel/input.ts';
import type { LoggedInput } from '../../src/kernel/log.ts';
import { hashOf } from '../../src/kernel/persist.ts';
import type { Wish } from '../../src/kernel/wish.ts';
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

const machines = [counter, relay, worker, alarm, parent];

/** One core that is given these inputs; what it wished for is kept. */
function run(inputs: readonly LoggedInput[]): { hashes: string[]; wishes: unknown[] } {
  const core = new Core(new Charts(machines));
  const hashes: string[] = [];
  const wishes: unknown[] = [];
  for (const input of inputs) {
    wishes.push(...core.apply(input).map(described));
    hashes.push(hashOf(core));
  }
  return { hashes, wishes };
}

function described(wish: Wish): unknown {
  if (wish.kind === 'invoke') return [wish.actor.address, wish.invocation];
  if (wish.kind === 'ended') return [wish.actor.address, wish.actor.state.status];
  return wish.kind === 'act' ? { ...wish, run: null } : wish;
}

const addresses = ['a', 'b', 'c'].map(at);
const anyAddress = fc.constantFrom(...addresses);
const events: fc.Arbitrary<EventObject> = fc.oneof(
  fc.record({ type: fc.constant('count.add'), by: fc.integer({ min: -9, max: 9 }) }),
  fc.constant({ type: 'count.break' }),
  fc.constant({ type: 'count.end' }),
  fc.record({ type: fc.constant('relay.send'), to: fc.array(anyAddress, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('relay.stop'), addresses: fc.array(anyAddress, { maxLength: 2 }) }),
  fc.constant({ type: 'work.start' }),
  fc.constant({ type: 'work.stop' }),
  fc.record({ type: fc.constant('alarm.set'), ms: fc.integer({ min: 0, max: 99 }) }),
  fc.record({
    type: fc.constant('parent.tell'),
    what: fc.constantFrom('child.say', 'child.end', 'child.break'),
  }),
  fc.constant({ type: 'parent.again' }),
);
const inputs: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    kind: fc.constant('spawn' as const),
    machine: fc.constantFrom(...machines.map(({ id }) => id)),
    address: anyAddress,
    input: fc.constant(undefined),
    supervisor: anyAddress,
    notify: fc.constantFrom('exit' as const, 'crash' as const),
  }),
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('event' as const), to: anyAddress, event: events }),
  },
  fc.record({ kind: fc.constant('stop' as const), address: anyAddress }),
  fc.record({
    kind: fc.constant('done' as const),
    to: anyAddress,
    id: fc.constant('work'),
    effect: fc.integer({ min: 1, max: 20 }).map((n) => `${n}.1`),
    output: fc.jsonValue(),
  }),
  fc.record({ kind: fc.constant('timer' as const), to: anyAddress, timer: fc.string() }),
);

/** Inputs that a system would take: nobody is spawned where somebody lives. */
function taken(drawn: readonly Input[]): LoggedInput[] {
  const core = new Core(new Charts(machines));
  const kept: LoggedInput[] = [];
  for (const input of drawn) {
    if (input.kind === 'spawn' && core.registry.find(input.address)) continue;
    const logged = { n: core.n + 1, at: core.n * 10, input, performed: 0 };
    core.apply(logged);
    kept.push(logged);
  }
  return kept;
}

describe('the same inputs in the same order', () => {
  test('give the same states, the same wishes and the same ids', () => {
    const property = fc.property(fc.array(inputs, { maxLength: 60 }), (drawn) => {
      const given = taken(drawn);
      const read = JSON.parse(JSON.stringify(given)) as LoggedInput[];
      expect(run(read)).toEqual(run(given));
    });
    fc.assert(property, { numRuns: 150, seed: 11 });
  });

  test('in another order give another hash', () => {
    const spawn = { kind: 'spawn', machine: 'counter', input: undefined } as const;
    const one: Input = { ...spawn, address: at('a') };
    const two: Input = { ...spawn, address: at('b') };
    expect(run(taken([one, two])).hashes.at(-1)).not.toBe(run(taken([two, one])).hashes.at(-1));
  });

  test('must be numbered without gaps', () => {
    const core = new Core(new Charts(machines));
    const input: Input = { kind: 'stop', address: at('a') };
    expect(() => core.apply({ n: 2, at: 0, input })).toThrow('input 2 does not follow 0');
  });
});

test('a record is the input, its number, its time, and what was performed before', async () => {
  const journal = new MemoryJournal();
  const stage = new Stage({ machines }, async () => journal);
  await stage.open();
  stage.system.spawn(relay, { id: 'r' });
  stage.system.spawn(counter, { id: 'c' });
  await stage.send('r', { type: 'relay.send', to: at('c') } as EventObject);
  await stage.system.send(at('c'), { type: 'count.add', by: 1 } as EventObject, 'a person');
  const history = [...(await journal.history())];
  for (const record of history) {
    expect(Object.keys(record).sort()).toEqual(['at', 'input', 'n', 'performed']);
  }
  // What the relay said to the counter follows from its input, so it is not there.
  expect(history.map(({ input }) => input.kind)).toEqual(['spawn', 'spawn', 'event', 'event']);
  expect(history.at(-1)?.input).toMatchObject({ by: 'a person' });
  await stage.close();
});

test('time in the journal never runs backwards', async () => {
  const journal = new MemoryJournal();
  const stage = new Stage({ machines }, async () => journal);
  await stage.open();
  stage.system.spawn(counter, { id: 'a' });
  stage.clock.set(stage.clock.now() - 500);
  stage.system.spawn(counter, { id: 'b' });
  stage.clock.set(stage.clock.now() + 900);
  stage.system.spawn(counter, { id: 'c' });
  const times = [...(await journal.history())].map((record) => record.at);
  expect(times).toEqual([1_000_000, 1_000_000, 1_000_400]);
  await stage.close();
});

const script = planSpec(
  [
    { id: 'design' },
    { id: 'build', needs: ['design'], retries: 2, checked: true },
    { id: 'docs', needs: ['design'] },
    { id: 'ship', needs: ['build', 'docs'], approveWithinMs: 60_000 },
  ],
  [roleSpec('coder', 2)],
);

durable(
  'a team with retries, limits, approvals and crashes',
  {
    machines: teamMachines,
    behaviours: teamBehaviours(({ task, attempt }) => {
      if (task === 'build' && attempt === 1) return limited(2_000);
      if (task === 'build' && attempt === 2) throw new Error('the adapter broke its word');
      if (task === 'docs' && attempt === 1) return failed('docs.poor', false);
      return succeeded;
    }),
  },
  async (stage) => {
    const [orchestrator] = teamMachines;
    stage.system.spawn(orchestrator as (typeof teamMachines)[0], { id: 'orchestrator' });
    await stage.send('orchestrator', { type: 'plan.submit', plan: script } as EventObject);
    await stage.pass(120_000);
    expect(stage.value('orchestrator')).toBe('failed');
    expect(stage.value('task/build')).toBe('succeeded');
    expect(stage.value('task/docs')).toBe('failed');
    expect(stage.value('task/ship')).toBe('skipped');
  },
);
