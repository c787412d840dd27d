/** p-queue: a task is added once its dependencies are done. */
import PQueue from 'p-queue';
import { indexed, timePlan } from '../lib/run-plan.mjs';

export const run = (args) => timePlan(args, work);

function work(tasks, bodies, agents) {
  const { dependants, open } = indexed(tasks);
  const queue = new PQueue({ concurrency: agents });
  return new Promise((resolve, reject) => {
    let left = tasks.length;
    const add = (at) => {
      queue.add(async () => bodies.run(tasks[at].id)).then(() => settle(at), reject);
    };
    const settle = (at) => {
      left -= 1;
      if (left === 0) resolve();
      for (const dependant of dependants[at]) {
        open[dependant] -= 1;
        if (open[dependant] === 0) add(dependant);
      }
    };
    const first = open.flatMap((count, at) => (count === 0 ? [at] : []));
    for (const at of first) add(at);
  });
}
