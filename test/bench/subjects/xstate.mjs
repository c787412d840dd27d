/** Raw XState: the machines of xstate-machines.mjs, each task and each agent an actor. */
import { indexed, timePlan } from '../lib/run-plan.mjs';
import { agentMachine, poolMachine, start, taskMachine } from './xstate-machines.mjs';

export const run = (args) => timePlan(args, work);

function work(tasks, bodies, agents) {
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
    const body = async (id) => bodies.run(id);
    const team = Array.from({ length: agents }, () =>
      start(agentMachine, { pool, body, fail: reject }),
    );
    for (const actor of [pool, ...actors, ...team]) actor.start();
  });
}
