/** A hub, and `troupe worker --join` four times: the whole product, with result files. */
import { readdirSync } from 'node:fs';
import { processorUs } from '../bus/parts/processor-time.mjs';
import { openTeam } from '../bus/parts/team.mjs';
import { loadProduct } from '../lib/build.mjs';

const { definePlan, simulated } = await loadProduct('src/index.js');
const workers = 4;
let standing = null;

export async function run({ size, places }) {
  standing ??= await openTeam({ workers, places });
  const { troupe, pids } = standing;
  const all = [process.pid, ...pids];
  const [before, middleBefore] = [processorUs(all), processorUs([process.pid])];
  const startMs = performance.now();
  const run = await troupe.run(documentOf(size, workers * places));
  const end = await run.end;
  const ms = performance.now() - startMs;
  const cpuUs = (processorUs(all) - before) / size;
  const middleUs = (processorUs([process.pid]) - middleBefore) / size;
  if (end.status !== 'succeeded') throw new Error(JSON.stringify(end));
  await check(troupe, run, size);
  return { tasksPerS: (size / ms) * 1_000, cpuUs, middleUs };
}

export function documentOf(size, agents) {
  return definePlan({
    name: 'bench',
    concurrency: agents,
    agents: { worker: { ...simulated({ work: '0ms', count: agents }), where: 'remote' } },
    tasks: Array.from({ length: size }, (_, at) => ({ id: `t${at}`, agent: 'worker' })),
  });
}

/** Each was begun once, and has its result. */
export async function check(troupe, run, size) {
  const begun = [];
  for await (const { type, task } of troupe.facts(run.id)) {
    if (type === 'task.started') begun.push(task);
  }
  const files = readdirSync(run.folder.results).filter((name) => name.endsWith('.json'));
  if (new Set(begun).size !== size || begun.length !== size || files.length !== size) {
    throw new Error(`${begun.length} of ${size} were begun, ${files.length} results`);
  }
}
