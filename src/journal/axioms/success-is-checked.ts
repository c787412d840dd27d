/** A task with checks succeeds only on a look that found nothing wrong, at that very attempt. */
import { taskAddress } from '../../../machines/ids.ts';
import type { Verdict } from '../../../machines/task.ts';
import type { Axiom } from './axiom.ts';

export const successIsChecked: Axiom = {
  name: 'success-is-checked',
  says: 'No task succeeds on anything but the checks of its last attempt.',
  watch: (ground, blame) => {
    /** The attempt that is being looked at, by task. */
    const looking = new Map<string, number>();
    /** The attempt that was found good, by the task's address. */
    const good = new Map<string, number>();
    return {
      before: ({ input }) => {
        if (input.kind !== 'done' || input.id !== 'verify') return;
        const attempt = looking.get(input.to);
        const { fault } = input.output as Verdict;
        if (attempt !== undefined && fault === null) good.set(input.to, attempt);
      },
      fact: ({ n, at, fact }) => {
        if (fact.type === 'task.verifying') looking.set(taskAddress(fact.task), fact.attempt);
        if (fact.type !== 'task.succeeded' || !ground.task(fact.task)?.checked) return;
        if (good.get(taskAddress(fact.task)) === fact.attempts) return;
        blame(`${fact.task} succeeded, and its attempt ${fact.attempts} was not found good`, {
          n,
          at,
        });
      },
    };
  },
};
