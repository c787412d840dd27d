/** Raw XState: the machines of xstate-machines.mjs, each task and each agent an actor. */
import { indexed, timePlan } from '../lib/run-plan.mjs';
import { agentMachine, poolMachine, start, taskMachine } from './xstate-machines.mjs';

export const run = (args) =>
  timePlan(args, (tasks, bodies, agents) => workOff(tasks, async (id) => bodies.run(id), agents));

/** Resolves when every task has settled; `body` is called for each, by its id. */
export function workOff(tasks, body, agents) {
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
    const team = Array.from({ length: agents }, () =>
      start(agentMachine, { pool, body, fail: reject }),
    );
    for (const actor of [pool, ...actors, ...team]) actor.start();
  });
}
