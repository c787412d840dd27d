/** A run grows by what its tasks ask for and may ask for: once each, and no further than it may. */
import type { TaskSpec } from '../../../machines/plan.ts';
import type { Axiom } from './axiom.ts';
import { endOf } from './endings.ts';

export const growthIsBounded: Axiom = {
  name: 'growth-is-bounded',
  says: 'Tasks add no more tasks than they and the run may, none twice, and wait for all of them.',
  watch: (ground, blame) => {
    /** Who asked for each. */
    const parents = new Map<string, string>();
    const counts = new Map<string, number>();
    /** How many of those that it asked for have not ended, by whoever asked. */
    const open = new Map<string, number>();
    return {
      fact: ({ n, at, fact }) => {
        const place = { n, at };
        if (endOf(fact) && 'task' in fact) {
          const parent = parents.get(fact.task);
          if (parent !== undefined) open.set(parent, (open.get(parent) ?? 0) - 1);
          const left = open.get(fact.task) ?? 0;
          const isEarly = fact.type === 'task.succeeded' && left > 0;
          if (isEarly) blame(`${fact.task} ended before ${left} that it asked for`, place);
        }
        if (fact.type !== 'plan.grown') return;
        const { task: parent, tasks } = fact;
        for (const id of tasks) {
          if (parents.has(id)) blame(`${id} was added twice`, place);
          if (ground.task(id)?.origin?.parent !== parent)
            blame(`${parent} never asked: ${id}`, place);
          parents.set(id, parent);
        }
        open.set(parent, (open.get(parent) ?? 0) + tasks.length);
        const count = (counts.get(parent) ?? 0) + tasks.length;
        counts.set(parent, count);
        const { delegation, heal }: Partial<TaskSpec> = ground.task(parent) ?? {};
        const most = delegation?.count ?? heal?.split?.count ?? 0;
        if (count > most) blame(`${parent} has added ${count} tasks`, place);
        const max = ground.spec?.subtasksMax ?? 0;
        if (parents.size > max) blame(`${parents.size} tasks were added, and ${max} may be`, place);
      },
    };
  },
};
