/** Who met a limit goes on when it is over: not before, and not never. */
import { taskAddress, taskId } from '../../../machines/ids.ts';
import type { Axiom } from './axiom.ts';
import { endOf, endOfRun } from './endings.ts';

/** When it will wake, by task. */
type Parked = Map<string, number>;

export const parkedTasksWake: Axiom = {
  name: 'parked-tasks-wake',
  says: 'A parked task wakes when its wait is over.',
  watch: (_, blame) => {
    const parked: Parked = new Map();
    let fresh: string[] = [];
    return {
      before: ({ input }) => {
        // Whoever is named in it is worked for, and not parked.
        if (input.kind !== 'pause' || input.of) return;
        for (const [task, dueMs] of parked) parked.set(task, dueMs + input.forMs);
      },
      fact: ({ n, at, fact }) => {
        if (fact.type === 'task.parked') {
          parked.set(fact.task, at + fact.waitMs);
          fresh.push(fact.task);
          return;
        }
        // A person may take it over in its sleep: whoever has it next waits for nothing.
        if (fact.type === 'task.held') parked.delete(fact.task);
        if (endOfRun(fact)) {
          for (const task of parked.keys()) blame(`the run ended, and ${task} sleeps`, { n, at });
        }
        const wakes = fact.type === 'task.ready' || fact.type === 'task.reviewing';
        if (!('task' in fact) || !(wakes || endOf(fact))) return;
        const dueMs = parked.get(fact.task) ?? 0;
        parked.delete(fact.task);
        if (wakes && at < dueMs) {
          blame(`${fact.task} woke ${dueMs - at} ms too early`, { n, at });
        }
      },
      step: ({ n, at, core }) => {
        if (fresh.length === 0) return;
        for (const task of fresh) {
          const dueMs = parked.get(task);
          const timers = core.registry.find(taskAddress(taskId(task)))?.timers.values() ?? [];
          if (dueMs === undefined || [...timers].some((timer) => timer.dueMs === dueMs)) continue;
          blame(`${task} is parked, and no timer will wake it`, { n, at });
        }
        fresh = [];
      },
    };
  },
};
