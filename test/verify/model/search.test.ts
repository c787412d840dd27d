/** The search misses nothing by its reductions, keeps its limits, and finds mistakes. */
import { describe, expect, test, vi } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { setup } from 'xstate';
import { taskMachine } from '../../../machines/index.ts';
import type { PlanSpec } from '../../../machines/plan.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { compilePlan } from '../../../src/plan/compile.ts';
import { definePlan, type PlanDocument, simulated } from '../../../src/plan/define.ts';
import { loadPlan } from '../../../src/plan/load.ts';
import { explore } from '../../../src/verify/exploration.ts';
import { Search, type SearchLimits } from '../../../src/verify/model/search.ts';
import { able } from '../../../src/verify/model/stimuli.ts';
import { storyOf } from '../../../src/verify/model/story.ts';
import { type AbilityOf, teamOf } from '../../../src/verify/model/team.ts';
import { randomPlan } from '../../simulation/random-plan.ts';

vi.setConfig({ testTimeout: 600_000 });

/** No test depends on speed. */
const unlimited: SearchLimits = {
  ...{ statesMax: 3_000_000, untilMs: Number.POSITIVE_INFINITY, bytesMax: 2 ** 30 },
};
const clock = systemClock;

function searched(plan: PlanSpec, reduced: boolean, abilityOf?: AbilityOf) {
  const team = teamOf(taskMachine, plan, abilityOf);
  const search = new Search(team, { limits: unlimited, clock, reduced });
  return { search, result: search.run() };
}

const sorted = (numbers: Iterable<number>): readonly number[] => [...numbers].sort((a, b) => a - b);

describe('the reductions', () => {
  test('leave out no way in which a task can end, and no place where nothing happens', () => {
    let [whole, reduced] = [0, 0];
    for (let seed = 1; seed <= 30; seed += 1) {
      const drawn = randomPlan(seed);
      const tasks = drawn.tasks.slice(0, 4);
      const plan = compilePlan({ ...drawn, tasks });
      // Some can't succeed, and what needs them neither.
      const abilityOf: AbilityOf = (task) => ({ ...able, work: task !== tasks[seed % 5]?.id });
      const one = searched(plan, false, abilityOf).result;
      const other = searched(plan, true, abilityOf).result;
      const judged = ({ succeeding, failing, stuck, left }: typeof one) => ({
        ...{ succeeding: sorted(succeeding), failing: sorted(failing.keys()) },
        ...{ stuck: stuck !== null, left },
      });
      expect([seed, judged(other)]).toEqual([seed, judged(one)]);
      whole += one.states;
      reduced += other.states;
    }
    expect(reduced).toBeLessThan(whole / 10);
  });

  test('make an end of level-6 with three attempts a task, with and without them', async () => {
    const level6 = await loadPlan('examples/level-6.yaml');
    const tasks = level6.tasks.map((task) => ({ ...task, retries: 2 }));
    const plan = compilePlan({ ...level6, tasks });
    const [one, other] = [searched(plan, false).result, searched(plan, true).result];
    for (const { left, stuck, succeeding } of [one, other]) {
      expect({ left, stuck, size: succeeding.size }).toEqual({ left: 0, stuck: null, size: 15 });
    }
    expect(other.states).toBeLessThan(one.states);
  });

  test('come to a verdict on a hundred tasks of ten roles', () => {
    const agents = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`r${at}`, simulated({ retries: 2 })]),
    );
    const tasks = Array.from({ length: 100 }, (_, at) => {
      const before = Math.floor(at / 10) * 10 - 10;
      const needs = [0, 3, 6].map((step) => `t${before + ((at * 7 + step) % 10)}`);
      return { id: `t${at}`, agent: `r${at % 10}`, needs: at < 10 ? [] : needs };
    });
    const plan = compilePlan(definePlan({ agents, tasks, concurrency: 10 }));
    const { left, stuck, states } = searched(plan, true).result;
    expect({ left, stuck }).toEqual({ left: 0, stuck: null });
    expect(states).toBeGreaterThan(1_000);
  });
});

type Tasks = PlanDocument['tasks'];
const agents = { a: simulated({ count: 2 }) };
const of = (tasks: Tasks): PlanSpec => compilePlan(definePlan({ agents, tasks }));

describe('the limits', () => {
  const wide = of(Array.from({ length: 12 }, (_, at) => ({ id: `t${at}`, retries: at % 4 })));

  test.each([
    ['states', { ...unlimited, statesMax: 500 }],
    ['bytes', { ...unlimited, bytesMax: 1_000 }],
    ['seconds', { ...unlimited, untilMs: 0 }],
  ])('of %s are kept, and what is left is told', (_, limits) => {
    const team = teamOf(taskMachine, wide);
    const { states, left } = new Search(team, { limits, clock, reduced: false }).run();
    expect(left).toBeGreaterThan(0);
    expect(states).toBeLessThan(20_000);
  });

  test('never leave "proved", and random walks go on', () => {
    const options = { statesMax: 10, secondsMax: 3_600, clock };
    const { left, walks, findings } = explore(wide, [], options);
    expect({ isLeft: left > 0, findings }).toEqual({ isLeft: true, findings: [] });
    expect(walks).toBeGreaterThan(0);
  });
});

/** The task's machine with one of its transitions taken away or turned. */
function planted(change: (config: Config) => void): AnyStateMachine {
  const config = structuredCloneOf(taskMachine.config) as Config;
  change(config);
  const { actions, guards, delays, actors } = taskMachine.implementations;
  const parts = { actions, guards, delays, actors } as Parameters<typeof setup>[0];
  return setup(parts).createMachine(config as never) as unknown as AnyStateMachine;
}

type Config = { states: Record<string, Record<string, unknown>> };

/** Functions stay as they are. */
function structuredCloneOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, structuredCloneOf(of)]));
}

describe('a mistake in the machine is found', () => {
  const plan = of([{ id: 'first' }, { id: 'second', retries: 1, needs: ['first'] }]);
  const options = { statesMax: 10_000, secondsMax: 3_600, clock };
  const found = (machine: AnyStateMachine) => explore(plan, [], { ...options, machine }).findings;

  test('and nothing is found where there is none', () => {
    expect(found(planted(() => {}))).toEqual([]);
  });

  test('a deadline that is missing', () => {
    const machine = planted(({ states: { running } }) => {
      if (running) running.after = {};
    });
    const [finding] = found(machine);
    expect(finding?.property).toBe('plan.deadlock');
    expect(finding?.message).toContain('may wait for ever, in "running"');
    expect(finding?.trace.at(-1)?.event).toBe('task.assign');
  });

  test('a pause without an end', () => {
    const machine = planted(({ states: { retrying } }) => {
      if (retrying) retrying.after = {};
    });
    const [finding] = found(machine);
    expect(finding?.message).toBe(
      'first and 1 more may wait for ever, in "retrying": nothing can happen any more',
    );
    const events = finding?.trace.map(({ from, event }) => `${from} ${event}`);
    expect(events).toEqual(['orchestrator task.assign', 'a task.reported (interrupted)']);
  });

  test('a slot that is not given back', () => {
    const machine = planted(({ states: { retrying } }) => {
      if (retrying) retrying.entry = [];
    });
    const three = of(['a', 'b', 'c'].map((id) => ({ id, retries: 1 })));
    const [finding] = explore(three, [], { ...options, machine }).findings;
    expect(finding?.property).toBe('task.waits-forever');
    expect(finding?.message).toContain('in "ready": no agent can ever take it');
  });

  test('an end of which dependants do not hear', () => {
    const machine = planted(({ states: { succeeded } }) => {
      if (succeeded) succeeded.entry = [];
    });
    expect(() => found(machine)).not.toThrow();
    expect(found(machine).map(({ property }) => property)).toContain('plan.deadlock');
  });
});

test('a task that asks for others waits for them, and a person may have to agree', () => {
  const [approveWithinMs, kind] = [60_000, 'plans' as const];
  const subtasks = { count: 8, depth: 1, agents: null, approveWithinMs, kind };
  const plain = definePlan({ agents, tasks: [{ id: 'lead' }, { id: 'end', needs: ['lead'] }] });
  const tasks = plain.tasks.map((task) => (task.id === 'lead' ? { ...task, subtasks } : task));
  const { search, result } = searched(compilePlan({ ...plain, tasks }), true);
  expect({ left: result.left, stuck: result.stuck }).toEqual({ left: 0, stuck: null });
  expect(sorted(result.succeeding)).toEqual([0, 1]);
  const names = search.product.team.members[0]?.table.rows.map(({ name }) => name);
  expect(names).toContain('delegating.consenting');
  expect(names).toContain('delegating.gathering');
});

test('a story names the tasks as they are, also where some are alike', () => {
  const plan = of(['a', 'b', 'c'].map((id) => ({ id })));
  const { search, result } = searched(plan, true);
  for (const [member, sighting] of result.failing) {
    const story = storyOf(search.product, search.wayTo(sighting));
    expect(story.length).toBeGreaterThan(0);
    expect(member).toBeLessThan(3);
    const begun = story.filter(({ event }) => event === 'task.assign').map(({ to }) => to);
    expect(new Set(begun).size).toBe(begun.length);
  }
});
