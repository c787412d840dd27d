/** What is left of a run's bound: the worst case of all that has not ended, from now on. */
import { orchestratorAddress, supervisorAddress, taskAddress } from '../../machines/ids.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Core } from '../kernel/core.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Plan } from '../plan/plan.ts';
import { extendedPlan } from '../runs/growth.ts';
import { pricesOf } from './prices.ts';
import { type WorstCase, worstCaseOf } from './worst-case.ts';

/** Null: the run has not begun, or it is over. Limits are those that it is held to by now. */
export function remainderOf(core: Core, plan: Plan): WorstCase | null {
  const orchestrator = core.registry.find(orchestratorAddress);
  const books = orchestrator?.state.context as OrchestratorContext | undefined;
  if (books === undefined || books.tasks.length === 0) return null;
  return worstCaseOf(restOf(core, plan, books), pricesOf(plan));
}

function restOf(core: Core, plan: Plan, { dispatch, purse }: OrchestratorContext): PlanSpec {
  const spec = compilePlan(extendedPlan(core, plan));
  const open = spec.tasks.flatMap(({ id }) => {
    const actor = core.registry.find(taskAddress(id));
    return actor ? [restOfTask(actor.state.context as TaskContext, actor.state.at.value)] : [];
  });
  const ids = new Set(open.map(({ id }) => id));
  const spent = purse.spent / 1e6;
  return {
    ...spec,
    concurrency: dispatch.concurrency,
    budgetUsd: purse.budget === null ? null : Math.max(0, purse.budget / 1e6 - spent),
    roles: spec.roles.map((role) => restOfRole(core, role)),
    tasks: open.map((task) => ({ ...task, needs: task.needs.filter((need) => ids.has(need)) })),
  };
}

/** An attempt under way counts whole: nobody knows how much of it is left. */
function restOfTask({ spec, failures }: TaskContext, state: unknown): TaskSpec {
  const asks = state === 'waiting' || state === 'approving';
  return {
    ...spec,
    retries: Math.max(0, spec.retries - failures),
    approveWithinMs: asks ? spec.approveWithinMs : null,
  };
}

/** As it was changed meanwhile; without the part of its own budget that is spent. */
function restOfRole(core: Core, role: RoleSpec): RoleSpec {
  const supervisor = core.registry.find(supervisorAddress(role.name));
  return (supervisor?.state.context as SupervisorContext | undefined)?.role ?? role;
}
