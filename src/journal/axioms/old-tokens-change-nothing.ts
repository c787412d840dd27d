/** Tokens rise, none is used twice, and what comes under an old one changes nothing. */
import { taskAddress, taskId } from '../../../machines/ids.ts';
import type { TaskContext } from '../../../machines/rules/attempt.ts';
import type { Axiom } from './axiom.ts';

export const oldTokensChangeNothing: Axiom = {
  name: 'old-tokens-change-nothing',
  says: 'An attempt is begun once under its token, and an old token is never honoured.',
  watch: (_, blame) => {
    /** The newest of each task. */
    const newest = new Map<string, number>();
    const begun = new Map<string, number>();
    return {
      fact: ({ n, at, fact }) => {
        if (fact.type !== 'task.assigned') return;
        const { task, token } = fact;
        const before = newest.get(task) ?? 0;
        if (token === null || token <= before) {
          blame(`${task} got token ${token} after ${before}`, { n, at });
        } else newest.set(task, token);
      },
      step: ({ n, at, record, attempts, core }) => {
        if (!attempts.ended || record.input.kind !== 'done') return;
        const { task, token } = attempts.ended;
        const actor = core.registry.lookUp(taskAddress(taskId(task)));
        const { outcome } = (actor?.state.context ?? {}) as Partial<TaskContext>;
        // Not a copy: a task keeps the outcome that it took.
        if (outcome !== record.input.output || token === newest.get(task)) return;
        const current = newest.get(task);
        blame(`${task} took the outcome of token ${token}; its newest is ${current}`, { n, at });
      },
      sight: (sighting) => {
        if (sighting.kind !== 'work.begun') return;
        const { task, at } = sighting;
        const token = Number(sighting.token);
        const before = begun.get(task) ?? 0;
        if (token > before) begun.set(task, token);
        else blame(`${task} was begun under token ${token} after ${before}`, { n: null, at });
      },
    };
  },
};
