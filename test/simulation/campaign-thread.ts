/** A thread of the long search: looks at the seeds that it is told, block by block. */
import { parentPort } from 'node:worker_threads';
import { loadPlan } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { type Exploration, explore } from '../../src/simulation/explore.ts';
import { allFaults } from '../../src/simulation/fault-mix.ts';
import { randomPlan } from './random-plan.ts';

/** Seeds of a plan in a file, or of plans that the seeds draw. */
export interface Block {
  readonly plan: string | 'random';
  readonly from: number;
  readonly to: number;
}

export interface Searched {
  readonly block: Block;
  readonly exploration: Exploration;
}

parentPort?.on('message', async ({ plan, from, to }: Block) => {
  const planOf = await plansOf(plan);
  const exploration = await explore({ planOf, faults: allFaults, seeds: { from, to } });
  parentPort?.postMessage({ block: { plan, from, to }, exploration } satisfies Searched);
});

async function plansOf(plan: string): Promise<(seed: number) => Plan> {
  if (plan === 'random') return randomPlan;
  const loaded = await loadPlan(plan);
  return () => loaded;
}
