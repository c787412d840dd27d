/** Once the budget is spent, nothing more is begun. */
import type { Outcome } from '../../../machines/outcome.ts';
import type { Axiom } from './axiom.ts';

export const budgetHolds: Axiom = {
  name: 'budget-holds',
  says: 'No attempt begins once the budget is spent.',
  watch: (ground, blame) => {
    const { budgetUsd } = ground.ordered;
    let spentUsd = 0;
    return {
      step: ({ n, at, record: { input }, attempts }) => {
        if (budgetUsd === null) return;
        if (attempts.ended && input.kind === 'done') {
          spentUsd += (input.output as Outcome).usage?.costUsd ?? 0;
        }
        if (spentUsd < budgetUsd) return;
        const spent = `$${spentUsd.toFixed(2)} of $${budgetUsd.toFixed(2)}`;
        for (const { task, attempt } of attempts.begun) {
          // What costs nothing needs no money.
          if (ground.role(ground.task(task)?.role ?? '')?.attemptUsdMax === 0) continue;
          blame(`attempt ${attempt} of ${task} began, and ${spent} were spent`, { n, at });
        }
      },
    };
  },
};
