/** Plans whose tasks are judged by others, in a world that kills, lies and garbles. */
import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { explore } from '../../src/simulation/explore.ts';
import { allFaults } from '../../src/simulation/fault-mix.ts';
import { randomPlan } from './random-plan.ts';

/** Every other task is judged, by its own role or by the next one. */
function reviewed(seed: number): Plan {
  const plan = randomPlan(seed);
  const roles = plan.roles.map((role) => ({ ...role, count: null }));
  const tasks = plan.tasks.map((task, at) => {
    if ((at + seed) % 2 === 0) return task;
    const role = roles[(at + seed) % roles.length]?.name ?? task.role;
    const panel = at % 3 === 0 ? { quorum: 2, of: 3 } : { quorum: 1, of: 1 };
    return { ...task, review: { role, prompt: '', ...panel, retries: at % 2, timeoutMs: 60_000 } };
  });
  return { ...plan, roles, tasks };
}

test('no axiom breaks, whatever befalls the reviewers', async () => {
  const seeds = { from: 1, to: 151 };
  const found = await explore({ planOf: reviewed, faults: allFaults, seeds });
  expect(found).toMatchObject({ seeds: 150, findings: [] });
  expect(found.kills).toBeGreaterThan(5);
});
