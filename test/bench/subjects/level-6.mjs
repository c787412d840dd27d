/** The 15-task plan in 7 waves, 100 ms of work a task: what a durable run adds to the 700 ms. */
import { loadProduct } from '../lib/build.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { criticalPathMs, waves } from '../lib/waves.mjs';

const { createTroupe, definePlan, simulated } = await loadProduct('src/index.js');

export async function run({ work = '100ms' }) {
  const home = scratchFolder();
  const plan = planOf(work);
  const troupe = createTroupe({ home });
  const start = performance.now();
  const run = await troupe.run(plan);
  let done = 0;
  for await (const { type } of run.events()) if (type === 'run.succeeded') done = performance.now();
  const end = await run.end;
  const ended = performance.now();
  if (end.status !== 'succeeded') throw new Error(JSON.stringify(end));
  const path = work === '0ms' ? 0 : criticalPathMs;
  return { overMs: done - start - path, endedMs: ended - start - path };
}

/** Every task needs the whole wave before it. */
function planOf(work) {
  const members = waves.map((size, wave) =>
    Array.from({ length: size }, (_, at) => `w${wave + 1}-${at + 1}`),
  );
  return definePlan({
    name: 'level-6',
    mode: 'waves',
    concurrency: 4,
    agents: { worker: simulated({ work, count: 4 }) },
    tasks: members.flatMap((ids, wave) =>
      ids.map((id) => ({ id, agent: 'worker', needs: members[wave - 1] ?? [] })),
    ),
  });
}
