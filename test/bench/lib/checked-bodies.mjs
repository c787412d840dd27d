/** The bodies of a plan's tasks: they do nothing but check that they may, and that it is once. */

export function checkedBodies(tasks) {
  const places = new Map(tasks.map((task, at) => [task.id, at]));
  const needs = tasks.map((task) => task.needs.map((need) => places.get(need)));
  const done = new Uint8Array(tasks.length);
  let count = 0;
  return {
    /** One task's body. */
    run(id) {
      const at = places.get(id);
      if (done[at] !== 0) throw new Error(`${id} ran twice`);
      for (const need of needs[at]) if (done[need] === 0) throw new Error(`${id} ran too early`);
      done[at] = 1;
      count += 1;
    },
    /** Called at the end. */
    check() {
      if (count !== tasks.length) throw new Error(`${count} of ${tasks.length} tasks ran`);
    },
  };
}
