/** Plans that grow while they run, in worlds where anything goes wrong: every axiom holds. */
import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { allFaults, noFaults } from '../../src/simulation/fault-mix.ts';
import { judgeRun } from '../../src/simulation/judge.ts';
import { simulateRun } from '../../src/simulation/simulate-run.ts';
import { randomPlan } from './random-plan.ts';

/** More of them, for a night: TROUPE_GROWING_SEEDS=5000. */
const seeds = Number(process.env.TROUPE_GROWING_SEEDS ?? 150);

/** Every second task asks others, in one of four ways. */
function growing(seed: number): Plan {
  const plan = randomPlan(seed);
  const tasks = plan.tasks.map((task, at) => {
    if (at % 2 === 1) return task;
    const approveWithinMs = at % 4 === 0 ? 3_600_000 : null;
    const kind = at % 3 === 0 ? ('plans' as const) : ('asks' as const);
    const subtasks = { count: 1 + (at % 5), depth: 1, agents: null, approveWithinMs, kind };
    return { ...task, subtasks };
  });
  return { ...plan, tasks, subtasksMax: seed % 7 === 0 ? 3 : 100 };
}

test('without faults the run grows by what its tasks ask for', async () => {
  const plan = growing(5);
  const run = await simulateRun({ plan, seed: 5, faults: noFaults });
  const grown = run.facts.flatMap((fact) => (fact.type === 'plan.grown' ? fact.tasks : []));
  expect(grown.length).toBeGreaterThan(0);
  expect(new Set(grown).size).toBe(grown.length);
});

test('in any world every axiom holds, and the journal leads to the same state', async () => {
  const found: string[] = [];
  let grew = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { run, violations } = await judgeRun({ plan: growing(seed), seed, faults: allFaults });
    if (run?.facts.some(({ type }) => type === 'plan.grown')) grew += 1;
    for (const { axiom, message } of violations) found.push(`seed ${seed}: ${axiom}: ${message}`);
  }
  expect(found).toEqual([]);
  expect(grew).toBeGreaterThan(seeds / 2);
});
