/** The plan as the machines see it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';

describe('compilePlan', () => {
  test('keeps the graph, its depth and its weight', () => {
    const { tasks } = compilePlan(
      definePlan({
        agents: { slow: simulated({ work: '1s..3s' }), tool: command({ run: 'x' }) },
        tasks: [
          { id: 'ship', agent: 'tool', needs: ['build', 'design'], priority: 3 },
          { id: 'build', agent: 'slow', needs: ['design'] },
          { id: 'design', agent: 'tool', estimate: '10s', verify: { file: 'x' } },
        ],
      }),
    );
    expect(
      tasks.map(({ id, wave, rank, order, dependants }) => [id, wave, rank, order, dependants]),
    ).toEqual([
      ['ship', 2, 1_000, 0, []],
      ['build', 1, 3_000, 1, ['ship']],
      ['design', 0, 13_000, 2, ['ship', 'build']],
    ]);
    expect(tasks.map(({ priority, checked }) => [priority, checked])).toEqual([
      [3, false],
      [0, false],
      [0, true],
    ]);
  });

  test('says nothing of what is to run', () => {
    const spec = compilePlan(
      definePlan({
        name: 'small',
        mode: 'waves',
        onFailure: 'stop',
        seed: 9,
        budget: { usd: 0.5 },
        agents: { w: simulated({ costUsd: 0.25 }) },
        tasks: [{ id: 'a', retries: 2, timeout: '3s', approve: true, approveWithin: '1h' }],
      }),
    );
    expect(spec).toEqual({
      name: 'small',
      mode: 'waves',
      concurrency: 4,
      onFailure: 'stop',
      budgetUsd: 0.5,
      seed: 9,
      roles: [
        {
          name: 'w',
          count: 1,
          concurrency: 1,
          restart: 'one_for_one',
          maxRestarts: 5,
          periodMs: 60_000,
          backoff: { initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.5 },
          attemptUsdMax: 0.25,
          handoff: false,
        },
      ],
      tasks: [
        {
          id: 'a',
          role: 'w',
          needs: [],
          dependants: [],
          wave: 0,
          rank: 100,
          priority: 0,
          order: 0,
          retries: 2,
          backoff: { initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.5 },
          timeoutMs: 3_000,
          verifyTimeoutMs: 600_000,
          checked: false,
          approveWithinMs: 3_600_000,
        },
      ],
    });
  });

  test.each([
    [{}, 3, 5, { count: 3, concurrency: 3 }],
    [{}, 9, 5, { count: 5, concurrency: 5 }],
    [{ count: 7 }, 3, 5, { count: 7, concurrency: 7 }],
    [{ count: 7, concurrency: 2 }, 3, 5, { count: 7, concurrency: 2 }],
  ])(
    'gives a role %j in a run of %d at once with %d tasks %j',
    (role, concurrency, count, spec) => {
      const tasks = Array.from({ length: count }, (_, at) => ({ id: `t${at}`, agent: 'w' }));
      const agents = { w: simulated(role), idle: simulated({}) };
      const { roles } = compilePlan(definePlan({ concurrency, agents, tasks }));
      expect(roles).toMatchObject([spec, { name: 'idle', count: 1, concurrency: 1 }]);
    },
  );

  test('ranks a task above all that wait for it', () => {
    const graphs = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(graphs, (graph) => {
        const tasks = graph.map((edges, at) => ({
          id: `t${at}`,
          needs: [...new Set(edges.filter((edge) => edge < at))].map((edge) => `t${edge}`),
        }));
        const spec = compilePlan(definePlan({ agents: { w: simulated({}) }, tasks }));
        const byId = new Map(spec.tasks.map((task) => [task.id, task]));
        for (const task of spec.tasks) {
          for (const id of task.dependants) {
            expect(task.rank).toBeGreaterThan(byId.get(id)?.rank ?? Number.NaN);
            expect(task.wave).toBeLessThan(byId.get(id)?.wave ?? Number.NaN);
          }
        }
      }),
    );
  });
});
