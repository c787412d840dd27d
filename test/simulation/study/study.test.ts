/** Many runs of one plan, and what they say together: the same on any number of threads. */
import { describe, expect, test } from 'vitest';
import { definePlan, type PlanDocument } from '../../../src/plan/define.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { parseFaults } from '../../../src/simulation/fault-mix.ts';
import type { SimulatedRun } from '../../../src/simulation/simulate-run.ts';
import { coursesOf } from '../../../src/simulation/study/course.ts';
import type { Digest } from '../../../src/simulation/study/digest.ts';
import type { Job } from '../../../src/simulation/study/job.ts';
import { type Outlook, study, trialsOf } from '../../../src/simulation/study/study.ts';
import type { Watcher } from '../../../src/simulation/study/threads.ts';

function jobOf(plan: Plan, faults = 'none'): Job {
  const courses = coursesOf(plan, () => null);
  return { plan, courses, faults: parseFaults(faults), check: false, from: null };
}

/** Stops after so many. */
function watcher(max = Number.POSITIVE_INFINITY): Watcher & { readonly heard: Digest[] } {
  const stop = new AbortController();
  const heard: Digest[] = [];
  const onDigest = (digest: Digest): void => {
    heard.push(digest);
    if (heard.length >= max) stop.abort();
  };
  return { signal: stop.signal, onDigest, heard };
}

const outlookOf = (plan: Plan, count: number, faults?: string): Promise<Outlook> =>
  study(jobOf(plan, faults), { first: 1, count }, watcher());

const document: PlanDocument = {
  concurrency: 2,
  agents: { coder: { adapter: 'simulated', work: '10s', count: 1, costUsd: 0.1 } },
  tasks: [
    { id: 'a', agent: 'coder' },
    { id: 'b', agent: 'coder' },
    { id: 'c', agent: 'coder' },
  ],
};

describe('a study', () => {
  test('adds up times and costs', async () => {
    const { seeds, succeeded, durationMs, costUsd, failures } = await outlookOf(
      definePlan(document),
      5,
    );
    expect([seeds, succeeded, failures]).toEqual([5, 5, []]);
    expect(durationMs).toMatchObject({ p50: 30_000, worst: 30_000, histogram: { counts: [5] } });
    expect(costUsd).toMatchObject({ p50: 0.3, p95: 0.3, worst: 0.3 });
  });

  test('tries what would help', async () => {
    const { bottlenecks } = await outlookOf(definePlan(document), 3);
    const role = bottlenecks.find(({ kind }) => kind === 'role');
    expect(role?.says).toBe(
      'role coder, 1 at once: tasks waited 67 % of the time for it; ' +
        'with 2 the p50 would be 33 % shorter',
    );
    const path = bottlenecks.find(({ kind }) => kind === 'path');
    expect(path).toMatchObject({ share: expect.closeTo(1 / 3), shorter: 0.5 });
  });

  test('tries more places with as many agents, where those would be too few next', async () => {
    const tasks = Array.from({ length: 8 }, (_, at) => ({ id: `t${at}` }));
    const role = { adapter: 'simulated', work: '10s' } as const;
    for (const count of [2, 8, undefined]) {
      const agents = { coder: count === undefined ? role : { ...role, count } };
      const { bottlenecks } = await outlookOf(definePlan({ concurrency: 2, agents, tasks }), 2);
      const places = bottlenecks.find(({ kind }) => kind === 'concurrency');
      const more = count === 2 ? ' and as many agents of coder' : '';
      expect(places?.says).toBe(
        'concurrency 2: tasks waited 75 % of the time for a place; ' +
          `with 4${more} the p50 would be 50 % shorter`,
      );
    }
  });

  test.each([
    [15, 1, { things: 3, seeds: 1 }],
    [15, 200, { things: 3, seeds: 200 }],
    [15, 1_000, { things: 3, seeds: 200 }],
    [100, 200, { things: 3, seeds: 66 }],
    [1_000, 40, { things: 2, seeds: 20 }],
    [1_000, 30, { things: 1, seeds: 30 }],
    [5_000, 1, { things: 1, seeds: 1 }],
    [50_000, 1, { things: 1, seeds: 1 }],
  ])('of %i tasks, played %i times, tries %o', (tasks, seeds, trials) => {
    expect(trialsOf(tasks, seeds)).toEqual(trials);
  });

  test('plays a single run once, and tells all of it', async () => {
    const runs: SimulatedRun[] = [];
    const onRun = (run: SimulatedRun) => runs.push(run);
    await study(jobOf(definePlan(document)), { first: 1, count: 1 }, { ...watcher(), onRun });
    expect(runs.map(({ seed }) => seed)).toEqual([1]);
    expect(runs[0]?.records[0]?.at).toBe(runs[0]?.beganAt);
  });

  test('tells how each failure came about', async () => {
    const agents = { coder: { adapter: 'simulated', work: '1s', fail: 1, retries: 2 } } as const;
    const { succeeded, failures } = await outlookOf(
      definePlan({ agents, tasks: [{ id: 'a' }, { id: 'b', needs: ['a'] }] }),
      2,
    );
    const reason = 'failed, as its seed decided';
    const why = `a failed after 3 attempts: ${reason}`;
    expect([succeeded, failures]).toEqual([
      0,
      [
        { seed: 1, why, reason, task: 'a' },
        { seed: 2, why, reason, task: 'a' },
      ],
    ]);
  });

  test('can be stopped, and answers with what it knows', async () => {
    const watching = watcher(3);
    const outlook = await study(jobOf(definePlan(document)), { first: 7, count: 50 }, watching);
    expect(outlook.seeds).toBe(3);
    expect(watching.heard.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    // Nobody waits any more: nothing else is tried.
    expect(outlook.bottlenecks.map(({ shorter }) => shorter)).toEqual(
      outlook.bottlenecks.map(() => null),
    );
  });

  test('counts the faults that struck', async () => {
    const { faults, seeds } = await outlookOf(definePlan(document), 10, 'slow=1');
    expect(seeds).toBe(10);
    expect(faults).toBe(30);
  });
});
