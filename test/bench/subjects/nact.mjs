/** nact: an actor a task and one an agent, and a pool actor between them. */
import { dispatch, spawn, start, stop } from 'nact';
import { indexed, timePlan } from '../lib/run-plan.mjs';

export const run = (args) => timePlan(args, work);

function work(tasks, bodies, agents) {
  const { dependants, open } = indexed(tasks);
  const system = start();
  return new Promise((resolve, reject) => {
    let left = tasks.length;
    const settled = () => {
      left -= 1;
      if (left === 0) resolve();
    };
    const pool = spawn(system, poolOf(settled), 'pool');
    for (let at = 0; at < agents; at += 1) {
      const agent = spawn(system, agentOf(pool, bodies, reject), `agent-${at}`);
      dispatch(pool, { type: 'agent.idle', agent });
    }
    const actors = tasks.map(({ id }, at) =>
      spawn(
        system,
        taskOf(at, id, open[at], dependants[at], pool, () => actors),
        `task-${at}`,
      ),
    );
    open.forEach((count, at) => {
      if (count === 0) dispatch(pool, { type: 'task.ready', task: actors[at], id: tasks[at].id });
    });
  }).finally(() => stop(system));
}

function poolOf(settled) {
  const [ready, idle] = [[], []];
  let next = 0;
  return (_, message) => {
    if (message.type === 'task.settled') settled();
    if (message.type === 'task.ready') ready.push(message);
    if (message.type === 'agent.idle') idle.push(message.agent);
    while (next < ready.length && idle.length > 0) {
      const { task, id } = ready[next];
      next += 1;
      dispatch(idle.pop(), { type: 'agent.assign', task, id });
    }
  };
}

function agentOf(pool, bodies, reject) {
  return async (_, { task, id }, { self }) => {
    try {
      await (async () => bodies.run(id))();
      dispatch(task, { type: 'task.reported' });
      dispatch(pool, { type: 'agent.idle', agent: self });
    } catch (error) {
      reject(error);
    }
  };
}

function taskOf(_at, id, needs, dependants, pool, actors) {
  return (open = needs, message, { self }) => {
    if (message.type === 'task.reported') {
      for (const dependant of dependants) {
        dispatch(actors()[dependant], { type: 'dependency.settled' });
      }
      dispatch(pool, { type: 'task.settled' });
      return open;
    }
    if (open === 1) dispatch(pool, { type: 'task.ready', task: self, id });
    return open - 1;
  };
}
