/** What a plan may still be changed to while it is worked off: its limits, never its graph. */
import type { Fact, TroupeEvent } from '../events.ts';
import { type AgentId, supervisorAddress, taskAddress } from '../ids.ts';
import type { Message } from '../messages.ts';
import type { PlanAmendment } from '../plan.ts';
import type { TaskContext } from './attempt.ts';
import { withBudget } from './budget.ts';
import { childrenOf, type SupervisorContext } from './care.ts';
import { withLimits } from './dispatch.ts';
import { changed, type OrchestratorContext, type Patch } from './orchestration.ts';

type Event<Type extends TroupeEvent['type']> = TroupeEvent & { type: Type };

/** Takes what is its own, and tells everybody else their part. A lower limit stops nobody. */
export function planAmended(context: OrchestratorContext, event: Event<'plan.amend'>): Patch {
  const { tasks = [], roles = [], onFailure = context.onFailure, budgetUsd } = event.amendment;
  const purse = budgetUsd === undefined ? context.purse : withBudget(context.purse, budgetUsd);
  const patch = changed(context, withLimits(context.dispatch, limitsOf(event.amendment)));
  const told = [
    ...roles.map(({ name, limits }): Message => {
      const said = { type: 'role.amend', limits } as const;
      return { to: supervisorAddress(name), event: said, ifThere: true };
    }),
    ...tasks.map(({ id, limits }): Message => {
      const said = { type: 'task.amend', limits } as const;
      return { to: taskAddress(id), event: said, ifThere: true };
    }),
  ];
  return { ...patch, purse, onFailure, outbox: [...told, ...patch.outbox] };
}

/** How many may run at once, by role; the other limits of a role are its supervisor's. */
function limitsOf({ concurrency, roles = [] }: PlanAmendment) {
  const limited = roles.flatMap(({ name, limits }) =>
    limits.concurrency === undefined ? [] : [{ name, concurrency: limits.concurrency }],
  );
  return { concurrency, roles: limited };
}

export function amendedFact({ amendment, by }: Event<'plan.amend'>): Fact {
  const { tasks = [], roles = [], concurrency = null } = amendment;
  const [ids, names] = [tasks.map(({ id }) => id), roles.map(({ name }) => name)];
  return { type: 'plan.amended', by, concurrency, tasks: ids, roles: names };
}

export function taskAmended({ spec }: TaskContext, { limits }: Event<'task.amend'>) {
  return { spec: { ...spec, ...limits } };
}

/** Agents that are there stay: fewer of them is a lower concurrency, and nobody is sent away. */
export function roleAmended({ role, live }: SupervisorContext, { limits }: Event<'role.amend'>) {
  const count = Math.max(role.count, limits.count ?? 0);
  const amended = { ...role, ...limits, count };
  const newcomers = childrenOf(amended).slice(role.count);
  return { role: amended, children: childrenOf(amended), live: [...live, ...newcomers] };
}

export function newcomers(
  { role }: SupervisorContext,
  { limits }: Event<'role.amend'>,
): readonly AgentId[] {
  return childrenOf({ ...role, count: limits.count ?? 0 }).slice(role.count);
}
