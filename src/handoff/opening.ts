/** Where a task that a person has taken over lies, and how they go on with its agent's session. */
import { join } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import { taskAddress, taskId } from '../../machines/ids.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import { roleAtWork } from '../../machines/rules/attempt.ts';
import type { Core } from '../kernel/core.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { grownPlan } from '../runs/growth.ts';
import { placesIn } from '../worktrees/names.ts';

export interface Opening {
  /** Where it is worked on. */
  readonly folder: string;
  /** Goes on with the session of its agent, in that folder; null when it left none. */
  readonly command: readonly string[] | null;
  /** What is there once the folder is as it should be: a large repository takes its time. */
  readonly sign: string;
}

export function openingOf(core: Core, folder: RunFolder, order: RunOrder, id: string): Opening {
  const plan = grownPlan(core, order.plan);
  const task = plan.tasks.find((each) => each.id === id);
  const actor = core.registry.lookUp(taskAddress(taskId(id)));
  const context = actor?.state.context as TaskContext | undefined;
  const session = context?.outcome?.session ?? context?.earlier?.session ?? null;
  const adapter = context ? adapterOf(plan, context) : '';
  return {
    folder: task ? folderOf(task, folder, order) : order.cwd,
    sign: task ? signOf(task, folder, order) : order.cwd,
    command: session === null ? null : resuming(adapter, session.id),
  };
}

function adapterOf(plan: Plan, context: TaskContext): string {
  const role = roleAtWork(context);
  return plan.roles.find(({ name }) => name === role)?.adapter ?? '';
}

/** An agent that was chosen for its role says in front of a session's name who it is. */
export function resuming(adapter: string, session: string): readonly string[] | null {
  const [, chosen, own] = adapter === 'auto' ? (/^(\w+):(.+)$/.exec(session) ?? []) : [];
  if (chosen !== undefined && own !== undefined) return resuming(chosen, own);
  switch (adapter) {
    case 'claude':
    case 'gemini':
      return [adapter, '--resume', session];
    case 'codex':
      return ['codex', 'resume', session];
    case 'opencode':
      return ['opencode', '--session', session];
    default:
      return null;
  }
}

function signOf(task: PlanTask, folder: RunFolder, order: RunOrder): string {
  const isFilled = task.workspace === 'worktree';
  return isFilled ? placesIn(folder.path).note(task.id) : folderOf(task, folder, order);
}

function folderOf({ id, workspace }: PlanTask, { path }: RunFolder, { cwd, base }: RunOrder) {
  switch (workspace) {
    case undefined:
    case 'shared':
      return cwd;
    case 'folder':
    case 'copy':
      return placesIn(path).workspace(id);
    case 'worktree':
      return join(placesIn(path).workspace(id), ...(base?.prefix ?? '').split('/'));
    default:
      return assertNever(workspace);
  }
}
