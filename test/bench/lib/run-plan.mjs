/** What every subject that works a plan off has in common: the plan, its bodies, and the clock. */
import { checkedBodies } from './checked-bodies.mjs';
import { shapes } from './shapes.mjs';

/** Agents, slots or permits: as many tasks are under way at once. As many as a layer is wide. */
export const manyAgents = 100;

/** Times `work(tasks, bodies, agents)`, from the list of tasks to the end of the last one. */
export async function timePlan({ shape, size, agents = manyAgents }, work) {
  const tasks = shapes[shape](size);
  const bodies = checkedBodies(tasks);
  const start = performance.now();
  await work(tasks, bodies, agents);
  const ms = performance.now() - start;
  bodies.check();
  return { tasksPerS: (size / ms) * 1_000, usPerTask: (ms / size) * 1_000 };
}

/** Every task with those that wait for it, as numbers: what a hand-written scheduler begins with. */
export function indexed(tasks) {
  const places = new Map(tasks.map(({ id }, at) => [id, at]));
  const dependants = tasks.map(() => []);
  tasks.forEach(({ needs }, at) => {
    for (const need of needs) dependants[places.get(need)].push(at);
  });
  return { dependants, open: tasks.map(({ needs }) => needs.length) };
}
