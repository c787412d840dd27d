/** What is called what: the branches of a run, and the folders that its tasks work in. */
import { join } from 'node:path';

/**
 * The branch with the merged result. Those of its tasks lie beside it and not below: git keeps
 * branches as files, and none can be a file and a folder.
 */
export const resultBranch = (run: string): string => `troupe/${run}`;

export const taskBranch = (run: string, task: string): string =>
  `${tasksPrefix(run)}${branchSafe(task)}`;

/** What the branches of all tasks begin with; no run's name holds a dot. */
export const tasksPrefix = (run: string): string => `troupe/${run}.tasks/`;

export const refOf = (branch: string): string => `refs/heads/${branch}`;

/** Git keeps this ending for its locks; "%" is in no task's id. */
function branchSafe(task: string): string {
  return /\.lock$/i.test(task) ? `${task}%` : task;
}

/** Below the run's folder; all of it is the runtime's own. */
export interface Places {
  /** Where all tasks work. */
  readonly workspaces: string;
  /** Where a task works. */
  readonly workspace: (task: string) => string;
  /** What its checks look at. */
  readonly clean: (task: string) => string;
  /** What is known of its worktree. */
  readonly note: (task: string) => string;
  /** An index that no agent has touched, for the commit. */
  readonly index: (task: string) => string;
  /** All of them, to be removed as a whole. */
  readonly folders: readonly string[];
}

export function placesIn(runFolder: string): Places {
  const [workspaces, clean, notes] = ['workspaces', 'clean', 'worktrees'].map((name) =>
    join(runFolder, name),
  ) as [string, string, string];
  return {
    workspaces,
    workspace: (task) => join(workspaces, task),
    clean: (task) => join(clean, task),
    note: (task) => join(notes, `${task}.json`),
    index: (task) => join(notes, `${task}.index`),
    folders: [workspaces, clean, notes],
  };
}
