/** Where the rates of a simulation come from: the plan, past attempts, or a guess that is told. */
import { describe, expect, test } from 'vitest';
import { definePlan, type PlanDocument } from '../../../src/plan/define.ts';
import type { RoleHistory } from '../../../src/runs/attempt-history.ts';
import { coursesOf, guessedRoles, unpricedRoles } from '../../../src/simulation/study/course.ts';

type RoleDocument = PlanDocument['agents'][string];

const past: RoleHistory = {
  attempts: 4,
  runs: 2,
  durationsMs: [400, 100, 300, 200],
  failed: 1,
  crashed: 2,
  ofTasks: new Map(),
  costsUsd: [0.1, 0.2, 0.3],
};
const byPlan = { kind: 'plan' };
const byHistory = { kind: 'history', attempts: 4, runs: 2 };
const byGuess = { kind: 'assumed' };

function courseOf(role: RoleDocument, history: RoleHistory | null = null) {
  const plan = definePlan({ agents: { r: role }, tasks: [{ id: 'a' }] });
  const courses = coursesOf(plan, () => history);
  return { course: courses[0], guessed: guessedRoles(plan, courses) };
}

describe('a command role', () => {
  test('of which nothing is known is guessed, and that is told', () => {
    const { course, guessed } = courseOf({ adapter: 'command', run: 'x' });
    expect(guessed).toEqual(['r']);
    expect(course).toEqual({
      role: 'r',
      workMs: { value: [60_000], from: byGuess },
      taskMs: {},
      fail: { value: 0, from: byGuess },
      crash: { value: 0, from: byGuess },
      costUsd: { value: 0, from: byGuess },
    });
  });

  test('goes as its past attempts went', () => {
    const { course, guessed } = courseOf({ adapter: 'command', run: 'x' }, past);
    expect(guessed).toEqual([]);
    expect(course).toEqual({
      role: 'r',
      workMs: { value: [100, 200, 300, 400], from: byHistory },
      taskMs: {},
      fail: { value: 0.25, from: byHistory },
      crash: { value: 0.5, from: byHistory },
      costUsd: { value: expect.closeTo(0.2), from: byHistory },
    });
  });

  test('is not judged by two attempts, nor priced by two prices', () => {
    const role = { adapter: 'command', run: 'x' } as const;
    expect(courseOf(role, { ...past, attempts: 2 }).guessed).toEqual(['r']);
    const { course } = courseOf(role, { ...past, costsUsd: [1, 2] });
    expect(course?.costUsd).toEqual({ value: 0, from: byGuess });
    expect(course?.fail.from).toEqual(byHistory);
  });

  test('goes as the plan says, figure by figure', () => {
    const simulate = { work: '5m..20m', crash: 0 } as const;
    const { course, guessed } = courseOf({ adapter: 'command', run: 'x', simulate }, past);
    expect(guessed).toEqual([]);
    expect(course).toMatchObject({
      workMs: { value: [300_000, 1_200_000], from: byPlan },
      fail: { value: 0.25, from: byHistory },
      crash: { value: 0, from: byPlan },
    });
  });
});

describe('a simulated role', () => {
  test('is its own forecast, whatever happened before', () => {
    const { course } = courseOf({ adapter: 'simulated', work: '1s..3s', fail: 0.1 }, past);
    expect(course).toEqual({
      role: 'r',
      workMs: { value: [1_000, 3_000], from: byPlan },
      taskMs: {},
      fail: { value: 0.1, from: byPlan },
      crash: { value: 0, from: byPlan },
      costUsd: { value: 0, from: byPlan },
    });
  });

  test('can be simulated as what it stands for', () => {
    const simulate = { work: '1h', costUsd: 2 } as const;
    const { course } = courseOf({ adapter: 'simulated', work: '1s', fail: 0.1, simulate });
    expect(course?.workMs.value).toEqual([3_600_000, 3_600_000]);
    expect([course?.fail.value, course?.costUsd.value]).toEqual([0.1, 2]);
  });
});

describe('a role that is paid for', () => {
  const tasks = [{ id: 'a', prompt: 'Do it.' }];
  const priced = (role: RoleDocument, history: RoleHistory | null) => {
    const plan = definePlan({ agents: { r: role }, tasks });
    const courses = coursesOf(plan, () => history);
    return [courses[0]?.costUsd.value, unpricedRoles(plan, courses)];
  };

  test('may cost what it is allowed to, and that is told', () => {
    expect(priced({ adapter: 'claude', budgetUsd: 2 }, null)).toEqual([2, ['r']]);
    expect(priced({ adapter: 'claude' }, null)).toEqual([0, ['r']]);
    expect(priced({ adapter: 'auto' }, null)).toEqual([0, ['r']]);
    expect(priced({ adapter: 'acp', run: ['x'], costUsdMax: 3 }, null)).toEqual([3, ['r']]);
  });

  test('is told from a program of your own, which is free', () => {
    expect(priced({ adapter: 'command', run: ['x'] }, null)).toEqual([0, []]);
    expect(priced({ adapter: 'simulated' }, null)).toEqual([0, []]);
  });

  test('costs what it did, or what the plan says', () => {
    expect(priced({ adapter: 'claude' }, past)).toEqual([expect.closeTo(0.2), []]);
    expect(priced({ adapter: 'claude', simulate: { costUsd: 3 } }, null)).toEqual([3, []]);
  });
});

describe('a task', () => {
  const tasks = [{ id: 'long', estimate: '1h' }, { id: 'short', estimate: '1m' }, { id: 'other' }];
  const ofTasks = new Map([
    ['long', [3_000, 1_000, 2_000]],
    ['short', [7, 8]],
  ]);
  const known = (role: RoleDocument, history: RoleHistory | null) => {
    const plan = definePlan({ agents: { r: role }, tasks });
    const courses = coursesOf(plan, () => history);
    return { taskMs: courses[0]?.taskMs, guessed: guessedRoles(plan, courses) };
  };

  test('takes what it took, else what the plan estimates', () => {
    const role = { adapter: 'command', run: 'x' } as const;
    expect(known(role, { ...past, ofTasks })).toEqual({
      taskMs: { long: [1_000, 2_000, 3_000], short: [60_000] },
      guessed: [],
    });
    expect(known(role, null)).toEqual({
      taskMs: { long: [3_600_000], short: [60_000] },
      // One of them is known by nothing.
      guessed: ['r'],
    });
  });

  test('takes what the plan says of its role', () => {
    expect(known({ adapter: 'simulated' }, null)).toEqual({ taskMs: {}, guessed: [] });
  });
});

test('a role without tasks is nobody to ask for', () => {
  const plan = definePlan({
    agents: { busy: { adapter: 'simulated' }, idle: { adapter: 'command' } },
    tasks: [{ id: 'a', agent: 'busy' }],
  });
  expect(
    guessedRoles(
      plan,
      coursesOf(plan, () => null),
    ),
  ).toEqual([]);
});

test('of very many attempts the ends and the middle are kept', () => {
  const durationsMs = Array.from({ length: 10_001 }, (_, at) => 10_000 - at);
  const history = { ...past, attempts: 10_001, durationsMs };
  const { course } = courseOf({ adapter: 'command', run: 'x' }, history);
  const { value } = course?.workMs ?? { value: [] };
  expect(value).toHaveLength(1_000);
  expect([value[0], value.at(-1)]).toEqual([0, 10_000]);
  expect(Math.abs((value[500] ?? 0) - 5_000)).toBeLessThan(20);
});
