/** Makes of a plan what the machines need to know: its graph, its limits and its roles. */
import { assertNever } from '../../machines/errors.ts';
import { roleName, taskId } from '../../machines/ids.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import { dependants, ranks, waves } from '../../machines/rules/plan-graph.ts';
import type { Plan, PlanRole, PlanTask } from './plan.ts';

/** What a task weighs when nobody knows how long it takes. */
const unknownWeightMs = 1_000;

/** Linear in tasks and needs. The plan must have been checked: a cycle is an InvariantError. */
export function compilePlan(plan: Plan): PlanSpec {
  const { name, mode, concurrency, onFailure, budgetUsd, seed } = plan;
  const tasksOf = new Map<string, number>();
  for (const { role } of plan.tasks) tasksOf.set(role, (tasksOf.get(role) ?? 0) + 1);
  return {
    name,
    mode,
    concurrency,
    onFailure,
    budgetUsd,
    seed,
    roles: plan.roles.map((role) => compileRole(role, concurrency, tasksOf.get(role.name) ?? 0)),
    tasks: compileTasks(plan),
  };
}

function compileRole(role: PlanRole, concurrency: number, tasks: number): RoleSpec {
  const count = role.count ?? Math.max(1, Math.min(concurrency, tasks));
  return {
    name: roleName(role.name),
    count,
    concurrency: role.concurrency ?? count,
    restart: role.restart,
    maxRestarts: role.maxRestarts,
    periodMs: role.periodMs,
    backoff: role.backoff,
    attemptUsdMax: attemptUsdMax(role),
    ...(role.totalUsdMax === undefined ? {} : { budgetUsd: role.totalUsdMax }),
    handoff: role.handoff,
  };
}

/** A command is free unless it uses an account: then nobody knows, if the plan does not say. */
export function attemptUsdMax(role: PlanRole): number | null {
  if (role.costUsdMax !== undefined) return role.costUsdMax;
  switch (role.adapter) {
    case 'command':
      return role.borrowing === undefined ? 0 : null;
    case 'simulated':
      return role.costUsd;
    case 'mcp':
      return role.borrowing === undefined ? 0 : null;
    case 'claude':
    case 'codex':
    case 'gemini':
    case 'opencode':
    case 'openai':
    case 'grok':
      return role.budgetUsd;
    case 'acp':
    case 'auto':
      return null;
    default:
      return assertNever(role);
  }
}

function compileTasks({ tasks, roles, concurrency }: Plan): readonly TaskSpec[] {
  const roleOf = new Map(roles.map((role) => [role.name, role]));
  const nodes = tasks.map((task) => ({
    id: taskId(task.id),
    needs: task.needs.map(taskId),
    weightMs: weightOf(task, roleOf.get(task.role)),
  }));
  const wave = waves(nodes);
  const rank = ranks(nodes, (node) => node.weightMs);
  const waiting = dependants(nodes);
  return tasks.map((task, order) => {
    const id = taskId(task.id);
    return {
      id,
      role: roleName(task.role),
      needs: task.needs.map(taskId),
      dependants: waiting.get(id) ?? [],
      wave: wave.get(id) ?? 0,
      rank: rank.get(id) ?? 0,
      priority: task.priority,
      order,
      retries: task.retries,
      backoff: task.backoff,
      timeoutMs: task.timeoutMs,
      verifyTimeoutMs: verifyLimitMs(task, concurrency),
      // What is merged is looked at, too: it may not fit.
      checked: task.verify.length > 0 || task.workspace === 'worktree',
      approveWithinMs: task.approveWithinMs,
    };
  });
}

/** What git may take beside the checks. */
const mergingMs = 10 * 60_000;

/** A worktree is checked, then waits while others merge and are checked, and is checked merged. */
function verifyLimitMs({ verifyTimeoutMs, workspace }: PlanTask, concurrency: number): number {
  return workspace === 'worktree'
    ? verifyTimeoutMs * (concurrency + 1) + mergingMs
    : verifyTimeoutMs;
}

function weightOf(task: PlanTask, role: PlanRole | undefined): number {
  if (task.estimateMs !== null) return task.estimateMs;
  return role?.adapter === 'simulated' ? (role.work.minMs + role.work.maxMs) / 2 : unknownWeightMs;
}
