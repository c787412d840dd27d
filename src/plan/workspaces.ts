/** Where tasks work that do not say it: agents that edit, in a repository, each in a worktree. */
import { assertNever } from '../../machines/errors.ts';
import { waves } from '../../machines/rules/plan-graph.ts';
import type { Plan, PlanRole, PlanTask } from './plan.ts';

/** Whether a repository is needed, or only welcome. */
export type RepositoryNeed = 'none' | 'welcome' | 'needed';

export function repositoryNeed(plan: Plan): RepositoryNeed {
  if (plan.tasks.some(usesWorktree)) return 'needed';
  // Most plans have no such roles, and may be large.
  if (!plan.roles.some(edits)) return 'none';
  const { tasks } = settleWorkspaces(plan);
  const isWelcome = tasks.some((task) => usesWorktree(task) || lendsWorktree(task));
  return isWelcome ? 'welcome' : 'none';
}

/** Whom it asks may work in worktrees. */
export const lendsWorktree = ({ subtasks }: PlanTask): boolean =>
  subtasks?.workspace === 'worktree';

export const usesWorktree = ({ workspace }: PlanTask): boolean => workspace === 'worktree';

/**
 * For a plan that runs in a repository. Whoever only reads works in a worktree when it needs one:
 * the person's own checkout does not have what it is to read.
 */
export function settleWorkspaces(plan: Plan): Plan {
  const roles = new Map(plan.roles.map((role) => [role.name, role]));
  const depth = waves(plan.tasks);
  const byDepth = [...plan.tasks].sort((a, b) => (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0));
  const based = new Set<string>();
  const settled = new Set<string>();
  for (const task of byDepth) {
    const hasBase = task.needs.some((need) => based.has(need));
    const works = worksInTree(task, roles.get(task.role), hasBase);
    if (works) settled.add(task.id);
    if (works || hasBase) based.add(task.id);
  }
  const give = (task: PlanTask): PlanTask => {
    const { subtasks } = task;
    const lends = task.workspace === undefined && mayAskEditors(task, roles);
    return {
      ...task,
      ...(settled.has(task.id) && { workspace: 'worktree' }),
      ...(subtasks && lends && { subtasks: { ...subtasks, workspace: 'worktree' } }),
    };
  };
  return { ...plan, tasks: plan.tasks.map(give) };
}

function mayAskEditors({ subtasks }: PlanTask, roles: ReadonlyMap<string, PlanRole>): boolean {
  const names = subtasks && (subtasks.agents ?? [...roles.keys()]);
  return [...roles.values()].some((role) => names?.includes(role.name) && edits(role));
}

function worksInTree(task: PlanTask, role: PlanRole | undefined, hasBase: boolean): boolean {
  if (task.workspace !== undefined) return usesWorktree(task);
  if (role === undefined || !isAgent(role)) return false;
  return edits(role) || hasBase;
}

function edits(role: PlanRole): boolean {
  return isAgent(role) && role.permissions !== 'read';
}

type Agent = Exclude<PlanRole, { adapter: 'command' | 'simulated' | 'gather' | 'mcp' }>;

function isAgent(role: PlanRole): role is Agent {
  switch (role.adapter) {
    case 'command':
    case 'simulated':
    case 'gather':
    // What a tool of a server does is not known here.
    case 'mcp':
      return false;
    case 'claude':
    case 'codex':
    case 'gemini':
    case 'opencode':
    case 'openai':
    case 'grok':
    case 'acp':
    case 'auto':
      return true;
    default:
      return assertNever(role);
  }
}
