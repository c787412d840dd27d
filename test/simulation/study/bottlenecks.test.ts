/** What held runs up, said in a sentence each, the worst first. */
import { describe, expect, test } from 'vitest';
import type { TaskId } from '../../../machines/ids.ts';
import { compilePlan } from '../../../src/plan/compile.ts';
import { definePlan } from '../../../src/plan/define.ts';
import { bottlenecksOf, remedyOf } from '../../../src/simulation/study/bottlenecks.ts';
import type { Digest } from '../../../src/simulation/study/digest.ts';

const plan = compilePlan(
  definePlan({
    concurrency: 4,
    agents: {
      coder: { adapter: 'simulated', count: 2 },
      tester: { adapter: 'simulated', count: 8, concurrency: 3 },
    },
    tasks: [
      { id: 'a', agent: 'coder' },
      { id: 'b', agent: 'tester' },
    ],
  }),
);

interface Given {
  readonly path?: readonly string[];
  readonly pathMs?: number;
  readonly roleMs?: Readonly<Record<string, number>>;
  readonly waits?: Partial<Digest['waits']>;
}

/** Of a run that took 100 ms. */
function digest({ path = [], pathMs = 0, roleMs = {}, waits = {} }: Given): Digest {
  const none = { runMs: 0, placeMs: {}, agentMs: {}, retryMs: 0, parkMs: 0, approvalMs: 0 };
  return {
    ...{ seed: 1, end: 'succeeded', cause: null, durationMs: 100, costUsd: 0 },
    ...{ faults: 0, kills: 0, violations: [] },
    waits: { ...none, ...waits },
    path: { ms: pathMs, tasks: path as TaskId[], roleMs },
  };
}

const saysOf = (...given: readonly Given[]): readonly string[] =>
  bottlenecksOf(plan, new Set(), given.map(digest)).map(({ says }) => says);

describe('the bottlenecks', () => {
  test('of nothing are none', () => {
    expect(bottlenecksOf(plan, new Set(), [])).toEqual([]);
    expect(saysOf({}, {})).toEqual([]);
  });

  test('come worst first, and trifles not at all', () => {
    const waits = { runMs: 20, placeMs: { coder: 40 }, agentMs: { tester: 0.4 } };
    expect(saysOf({ waits }, { waits: { runMs: 42 } })).toEqual([
      'concurrency 4: tasks waited 31 % of the time for a place',
      'role coder, 2 at once: tasks waited 20 % of the time for it',
    ]);
  });

  test('name the limit of a role that holds', () => {
    expect(saysOf({ waits: { placeMs: { tester: 10 } } })).toEqual([
      'role tester, 3 at once: tasks waited 10 % of the time for it',
    ]);
  });

  test('tell every other way of waiting', () => {
    const waits = { agentMs: { coder: 9 }, retryMs: 8, parkMs: 7, approvalMs: 6 };
    expect(saysOf({ waits })).toEqual([
      'role coder: tasks waited 9 % of the time for an agent to start or to come back',
      'retries: 8 % of the time, some task paused before another attempt',
      'limits: 7 % of the time, some task was parked until a limit ended',
      'approvals: 6 % of the time, some task waited for a person',
    ]);
  });

  test('try what would help: more places, more agents, a faster role', () => {
    const waits = { runMs: 20, placeMs: { tester: 10 } };
    const path = { path: ['a', 'b'], pathMs: 90, roleMs: { coder: 40, tester: 50 } };
    expect(bottlenecksOf(plan, new Set(), [digest({ waits, ...path })])).toMatchObject([
      { kind: 'path', role: 'tester', variation: { kind: 'faster', role: 'tester' } },
      { kind: 'concurrency', role: null, variation: { kind: 'places', of: 8, with: [] } },
      { kind: 'role', role: 'tester', variation: { kind: 'agents', role: 'tester', of: 6 } },
    ]);
  });
});

describe('the critical path', () => {
  const run = (path: readonly string[]): Given => ({ path, pathMs: 90 });

  test('is named when it is always the same', () => {
    expect(saysOf(run(['a', 'b']), run(['a', 'b']))).toEqual([
      'critical path: 90 % of the time, a > b',
    ]);
  });

  test('is named with how often it is the one', () => {
    expect(saysOf(run(['a', 'b']), run(['a', 'b']), run(['a', 'c']))).toEqual([
      'critical path: 90 % of the time, a > b in 67 % of the runs',
    ]);
  });

  test('is told by the tasks most often on it when it varies', () => {
    expect(saysOf(run(['a', 'b']), run(['a', 'c']), run(['d']))).toEqual([
      'critical path: 90 % of the time, most often a (67 %), b (33 %), c (33 %), d (33 %)',
    ]);
  });

  test('is cut when it is long', () => {
    const tasks = Array.from({ length: 20 }, (_, at) => `t${at}`);
    expect(saysOf(run(tasks))).toEqual([
      'critical path: 90 % of the time, t0 > t1 > t2 > ... > t17 > t18 > t19',
    ]);
  });
});

test.each([
  [{ kind: 'places', of: 8, with: [] }, 0.123, 'with 8 the p50 would be 12 % shorter'],
  [
    { kind: 'places', of: 8, with: ['a', 'b'] },
    0.5,
    'with 8 and as many agents of a and b the p50 would be 50 % shorter',
  ],
  [{ kind: 'agents', role: 'coder', of: 4 }, -0.03, 'with 4 the p50 would be 3 % longer'],
  [{ kind: 'faster', role: 'x' }, 0.004, 'with x twice as fast the p50 would be the same'],
] as const)('%j', (variation, shorter, says) => {
  expect(remedyOf(variation, shorter)).toBe(says);
});
