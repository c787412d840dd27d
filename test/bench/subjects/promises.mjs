/** A bare scheduler: a queue, a counter a task, and promises; nothing is watched or kept. */
import { indexed, timePlan } from '../lib/run-plan.mjs';

export const run = (args) => timePlan(args, work);

function work(tasks, bodies, agents) {
  const { dependants, open } = indexed(tasks);
  const ready = [];
  let next = 0;
  let left = tasks.length;
  open.forEach((count, at) => {
    if (count === 0) ready.push(at);
  });
  return new Promise((resolve, reject) => {
    let running = 0;
    const pump = () => {
      while (running < agents && next < ready.length) {
        running += 1;
        begin(ready[next]);
        next += 1;
      }
    };
    const begin = async (at) => {
      try {
        await body(tasks[at].id);
      } catch (error) {
        return reject(error);
      }
      running -= 1;
      left -= 1;
      for (const dependant of dependants[at]) {
        open[dependant] -= 1;
        if (open[dependant] === 0) ready.push(dependant);
      }
      if (left === 0) resolve();
      else pump();
    };
    const body = async (id) => bodies.run(id);
    pump();
  });
}
