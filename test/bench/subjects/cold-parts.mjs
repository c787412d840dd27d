/** A cold start taken apart: each package by itself, then the plan, the run's folder, the first task. */
import { loadProduct, repository } from '../lib/build.mjs';
import { scratchFolder } from '../lib/scratch.mjs';

const steps = [
  ['load xstate', () => import('xstate')],
  ['load zod', () => import('zod')],
  ['load yaml', () => import('yaml')],
  ['load commander', () => import('commander')],
  ['load the product', () => loadProduct('src/index.js')],
  ['load the plan', ({ loadPlan }) => loadPlan('examples/hello.yaml')],
];

/** Milliseconds of each step; they depend on their order, which is that of a run. */
export async function run() {
  process.chdir(repository);
  const parts = { 'node itself': performance.now() };
  let last;
  for (const [name, step] of steps) {
    const start = performance.now();
    last = { ...last, ...(await step(last)) };
    parts[name] = performance.now() - start;
  }
  Object.assign(parts, await firstTask(last));
  return parts;
}

async function firstTask({ createTroupe, loadPlan }) {
  const plan = await loadPlan('examples/hello.yaml');
  const start = performance.now();
  const run = await createTroupe({ home: scratchFolder() }).run(plan);
  const opened = performance.now();
  let started = 0;
  for await (const { type } of run.events()) {
    if (type === 'task.started') started ||= performance.now();
  }
  await run.end;
  return { 'folder and journal': opened - start, 'to the first task': started - opened };
}
