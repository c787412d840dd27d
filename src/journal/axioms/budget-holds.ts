/** What was spent, and may still be spent by whoever is at work, never exceeds the budget. */
import { agentAddress } from '../../../machines/ids.ts';
import type { Outcome } from '../../../machines/outcome.ts';
import type { Input } from '../../kernel/input.ts';
import type { Axiom } from './axiom.ts';
import { givesUpPlace, workBegun } from './endings.ts';

/** Sums of money are kept in whole millionths, so that they are exact. */
const microsOf = (usd: number): number => Math.round(usd * 1e6);

type Done = Extract<Input, { kind: 'done' }>;

/** Of an attempt its agent tells what it cost; of one that a person has cut short, the task. */
function taskOf({ id, to }: Done, ofAgents: ReadonlyMap<string, string>): string | undefined {
  if (id === 'work') return ofAgents.get(to);
  return id === 'recall' ? to.slice('task/'.length) : undefined;
}

export const budgetHolds: Axiom = {
  name: 'budget-holds',
  says: 'No attempt begins that the budget, less what is spent and set aside, can not pay.',
  watch: (ground, blame) => {
    let [spent, reserved] = [0, 0];
    /** What is set aside for a task's attempt, or what it has cost. */
    const held = new Map<string, number>();
    const costs = new Map<string, number>();
    /** Who works on which task, by the agent's address. */
    const tasks = new Map<string, string>();
    const priceOf = (role: string): number | null => {
      const { attemptUsdMax = null } = ground.role(role) ?? {};
      return attemptUsdMax === null ? null : microsOf(attemptUsdMax);
    };
    const release = (task: string): void => {
      const price = held.get(task);
      if (price === undefined) return;
      held.delete(task);
      reserved -= price;
      // What nobody can tell the price of has cost what was set aside for it.
      spent += costs.get(task) ?? price;
      costs.delete(task);
    };
    return {
      before: ({ input }, core) => {
        if (input.kind !== 'done') return;
        const task = taskOf(input, tasks);
        const costUsd = (input.output as Outcome | null)?.usage?.costUsd ?? null;
        const awaited = core.awaits(input.to, input.id, input.effect);
        if (awaited && task !== undefined && costUsd !== null) costs.set(task, microsOf(costUsd));
      },
      fact: ({ n, at, fact }) => {
        if (!('task' in fact)) return;
        if (givesUpPlace(fact)) release(fact.task);
        const begun = workBegun(fact);
        if (!begun) return;
        const { agent, name } = begun;
        const price = priceOf(begun.role ?? ground.task(fact.task)?.role ?? '');
        const { budgetUsd } = ground;
        const left = budgetUsd === null ? null : microsOf(budgetUsd) - spent - reserved;
        if (agent) tasks.set(agentAddress(agent), fact.task);
        held.set(fact.task, price ?? 0);
        reserved += price ?? 0;
        if (left === null || (price === null ? left > 0 : price <= left)) return;
        const sum = `$${(left / 1e6).toFixed(2)} of $${budgetUsd?.toFixed(2)} were left`;
        blame(`${name} of ${fact.task} began, and ${sum}`, { n, at });
      },
    };
  },
};
