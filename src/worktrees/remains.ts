/**
 * Takes away what a killed git has left of a run in its repository: locks on the run's branches,
 * for which others would wait, and worktrees half made, at which any git dies that meets them.
 *
 * Only for whoever holds the run, once no git of an earlier life is left: nobody else has a part in
 * these. A task whose name ends like a lock has a branch that does not.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { refOf, resultBranch, tasksPrefix } from './names.ts';

export interface Remains {
  readonly repository: string;
  readonly run: string;
  readonly runFolder: string;
}

export function dropRemains({ repository, run, runFolder }: Remains): void {
  const tasks = join(repository, refOf(tasksPrefix(run)));
  const locks = namesIn(tasks).filter((name) => name.endsWith('.lock'));
  const result = join(repository, `${refOf(resultBranch(run))}.lock`);
  const admins = namesIn(join(repository, 'worktrees')).map((name) =>
    join(repository, 'worktrees', name),
  );
  const halfMade = admins.filter((admin) => isHalfMade(admin, runFolder));
  for (const path of [result, ...locks.map((name) => join(tasks, name)), ...halfMade]) {
    rmSync(path, { recursive: true, force: true });
  }
}

function isHalfMade(admin: string, runFolder: string): boolean {
  if (!textOf(join(admin, 'gitdir')).startsWith(`${runFolder}${sep}`)) return false;
  const isLocked = textOf(join(admin, 'locked')).trim() === 'initializing';
  return isLocked || textOf(join(admin, 'commondir')) === '';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
