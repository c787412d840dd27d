/** The whole product as a library: a plan in code, simulated agents, a journal and result files. */
import { readdirSync } from 'node:fs';
import { loadProduct } from '../lib/build.mjs';
import { manyAgents } from '../lib/run-plan.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { shapes } from '../lib/shapes.mjs';

const { createTroupe, definePlan, simulated } = await loadProduct('src/index.js');

export async function run({ shape, size, agents = manyAgents }) {
  const home = scratchFolder();
  const tasks = shapes[shape](size);
  const troupe = createTroupe({ home });
  const start = performance.now();
  const run = await troupe.run(documentOf(tasks, agents));
  const end = await run.end;
  const ms = performance.now() - start;
  if (end.status !== 'succeeded') throw new Error(JSON.stringify(end));
  await check(troupe, run, tasks);
  return { tasksPerS: (size / ms) * 1_000, usPerTask: (ms / size) * 1_000 };
}

function documentOf(tasks, agents) {
  return definePlan({
    name: 'bench',
    concurrency: agents,
    agents: { worker: simulated({ work: '0ms', count: agents }) },
    tasks: tasks.map(({ id, needs }) => ({ id, agent: 'worker', needs })),
  });
}

/** Each task ran once, after those it needs, and left its result. */
async function check(troupe, run, tasks) {
  const needs = new Map(tasks.map((task) => [task.id, task.needs]));
  const ended = new Set();
  const begun = new Set();
  for await (const { type, task } of troupe.facts(run.id)) {
    if (type === 'task.started') {
      if (begun.has(task)) throw new Error(`${task} ran twice`);
      if (!needs.get(task).every((need) => ended.has(need))) throw new Error(`${task} ran early`);
      begun.add(task);
    }
    if (type === 'task.succeeded') ended.add(task);
  }
  const files = readdirSync(run.folder.results).filter((name) => name.endsWith('.json'));
  if (ended.size !== tasks.length || files.length !== tasks.length) {
    throw new Error(`${ended.size} of ${tasks.length} ended, ${files.length} results`);
  }
}
