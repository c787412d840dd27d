/** The same seven waves by raw XState actors: nothing is kept, and nothing can be resumed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { indexed } from '../lib/run-plan.mjs';
import { criticalPathMs, waves } from '../lib/waves.mjs';
import { agentMachine, poolMachine, start, taskMachine } from './xstate-machines.mjs';

const agentCount = 4;

export async function run({ workMs = 100 }) {
  const begun = performance.now();
  await work(tasksOf(), () => sleep(workMs));
  return { overMs: performance.now() - begun - criticalPathMs };
}

function tasksOf() {
  const members = waves.map((size, wave) =>
    Array.from({ length: size }, (_, at) => `${wave}-${at}`),
  );
  return members.flatMap((ids, wave) => ids.map((id) => ({ id, needs: members[wave - 1] ?? [] })));
}

function work(tasks, body) {
  const { dependants, open } = indexed(tasks);
  return new Promise((resolve, reject) => {
    const pool = start(poolMachine, { tasks: tasks.length });
    pool.subscribe({ complete: resolve, error: reject });
    const actors = tasks.map(({ id }, at) =>
      start(taskMachine, {
        id,
        open: open[at],
        pool,
        dependants: () => dependants[at].map((dependant) => actors[dependant]),
      }),
    );
    const team = Array.from({ length: agentCount }, () =>
      start(agentMachine, { pool, body, fail: reject }),
    );
    for (const actor of [pool, ...actors, ...team]) actor.start();
  });
}
