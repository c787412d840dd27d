/** Makes of a plan what the machines need to know: its graph, its limits and its roles. */
import { assertNever } from '../../machines/errors.ts';
import { roleName, type TaskId, taskId } from '../../machines/ids.ts';
import type { PlanSpec, ReviewSpec, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import { dependants, ranks, topologicalOrder, waves } from '../../machines/rules/plan-graph.ts';
import { heirsOf, type Plan, type PlanRole, type PlanTask } from './plan.ts';
import { healOf } from './shapes/heal.ts';
import { agentsNeeded, type PlanReview } from './shapes/review-shape.ts';
import { delegationOf, type PlanSubtasks, totalDefault } from './shapes/subtasks.ts';

/** What a task weighs when nobody knows how long it takes. */
const unknownWeightMs = 1_000;

/** Linear in tasks and needs. The plan must have been checked: a cycle is an InvariantError. */
export function compilePlan(plan: Plan): PlanSpec {
  const { name, mode, concurrency, onFailure, budgetUsd, seed } = plan;
  const asked = askedOf(plan);
  return {
    name,
    mode,
    concurrency,
    onFailure,
    budgetUsd,
    seed,
    roles: plan.roles.map((role) => compileRole(role, concurrency, asked.get(role.name))),
    tasks: excusing(compileTasks(plan)),
    ...growthOf(plan),
    ...teamsOf(plan),
  };
}

/** Plans whose tasks may ask for nothing never grow. */
function growthOf({ tasks, roles, subtasksMax = totalDefault }: Plan) {
  if (!tasks.some(({ subtasks, heal }) => subtasks ?? heal?.split)) return {};
  const turns = roles.map(({ handing, fallback }) => {
    return (handing ? handoffsMax : 0) + (fallback?.roles.length ?? 0);
  });
  const subtaskTurns = Math.max(0, ...turns);
  return { subtasksMax, ...(subtaskTurns > 0 && { subtaskTurns }) };
}

function teamsOf({ teams }: Plan) {
  return teams ? { teams: teams.map(({ name, budgetUsd }) => ({ name, budgetUsd })) } : {};
}

/** What a role is there for: so many tasks, and reviews that need so many agents at least. */
interface Asked {
  tasks: number;
  agentsMin: number;
}

function askedOf({ tasks, roles }: Plan): ReadonlyMap<string, Asked> {
  const asked = new Map<string, Asked>();
  const of = (role: string): Asked => {
    const known = asked.get(role) ?? { tasks: 0, agentsMin: 1 };
    asked.set(role, known);
    return known;
  };
  const heirs = new Map(roles.map((role) => [role.name, heirsOf(role)]));
  for (const { role, review, subtasks, heal } of tasks) {
    of(role).tasks += 1;
    if (heal?.split) of(heal.split.role).tasks += 1;
    for (const name of heal?.split?.agents ?? []) of(name).tasks += heal?.split?.count ?? 0;
    for (const name of heirs.get(role) ?? []) of(name).tasks += 1;
    for (const name of whom(subtasks, roles)) of(name).tasks += subtasks?.count ?? 0;
    if (!review) continue;
    const judges = of(review.role);
    judges.tasks += 1;
    judges.agentsMin = Math.max(judges.agentsMin, agentsNeeded(review, role));
  }
  return asked;
}

function whom(subtasks: PlanSubtasks | undefined, roles: Plan['roles']): readonly string[] {
  return subtasks ? (subtasks.agents ?? roles.map(({ name }) => name)) : [];
}

const nothing: Asked = { tasks: 0, agentsMin: 1 };

function compileRole(role: PlanRole, concurrency: number, asked = nothing): RoleSpec {
  const { tasks, agentsMin } = asked;
  const count = role.count ?? Math.max(agentsMin, Math.min(concurrency, tasks));
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
    case 'gather':
      return 0;
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
  const sorted = topologicalOrder(nodes);
  const wave = waves(nodes, sorted);
  const rank = ranks(nodes, (node) => node.weightMs, sorted);
  const waiting = dependants(nodes);
  const resolver = roles.find(({ resolves }) => resolves);
  const members = membersOf(tasks);
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
      checked: task.verify.length > 0 || task.workspace === 'worktree' || task.review !== undefined,
      ...(task.workspace === 'worktree' && resolver && { resolver: roleName(resolver.name) }),
      ...(task.review && { review: reviewOf(task.review) }),
      approveWithinMs: task.approveWithinMs,
      ...(task.subtasks && { delegation: delegationOf(task.subtasks) }),
      ...(task.heal && { heal: healOf(task.heal) }),
      ...gatheringOf(task, members.get(task.id)),
      ...handingOf(roleOf.get(task.role)),
      ...fallbackOf(roleOf.get(task.role)),
    };
  });
}

/** Who ends with a task that is a team. */
function membersOf(tasks: readonly PlanTask[]): ReadonlyMap<string, readonly TaskId[]> {
  const members = new Map<string, TaskId[]>();
  for (const { id, partOf } of tasks) {
    if (partOf !== undefined) members.set(partOf, [...(members.get(partOf) ?? []), taskId(id)]);
  }
  return members;
}

/** All attempts of a task together; more often it is only handed round. */
const handoffsMax = 3;

function handingOf(role: PlanRole | undefined) {
  if (!role?.handing) return null;
  return { handoffs: { max: handoffsMax, to: role.handing.to.map(roleName) } };
}

function fallbackOf(role: PlanRole | undefined) {
  if (!role?.fallback) return null;
  const { roles, after } = role.fallback;
  return { fallback: { roles: roles.map(roleName), after } };
}

function gatheringOf({ gather, partOf }: PlanTask, members: readonly TaskId[] | undefined) {
  if (!gather && partOf === undefined && !members) return null;
  const { from = [], enough = 0 } = gather ?? {};
  return {
    ...(gather && { gathers: { from: from.map(taskId), spare: from.length - enough } }),
    ...(partOf !== undefined && { partOf: taskId(partOf) }),
    ...(members && { members }),
  };
}

/** Who has dependants that can all do without it, or that may fail themselves. */
function excusing(tasks: readonly TaskSpec[]): readonly TaskSpec[] {
  if (!tasks.some(({ gathers }) => gathers && gathers.spare > 0)) return tasks;
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const known = new Map<TaskId, boolean>();
  for (const task of [...topologicalOrder(tasks)].reverse()) {
    const isMissed = task.dependants.some((id) => {
      const { from = [], spare = 0 } = byId.get(id)?.gathers ?? {};
      return known.get(id) !== true && !(spare > 0 && from.includes(task.id));
    });
    known.set(task.id, task.dependants.length > 0 && !isMissed);
  }
  return tasks.map((task) => (known.get(task.id) ? { ...task, excused: true } : task));
}

function reviewOf({ role, quorum, of, retries, timeoutMs }: PlanReview): ReviewSpec {
  return { role: roleName(role), quorum, of, retries, timeoutMs };
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
