/**
 * Takes away the locks on a run's branches that a killed git has left: it would wait for them.
 *
 * Only for whoever holds the run, once no git of an earlier life is left: nobody else writes these
 * branches. A task whose name ends like a lock has a branch that does not.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { refOf, resultBranch, tasksPrefix } from './names.ts';

export function dropLocks(repository: string, run: string): void {
  const tasks = join(repository, refOf(tasksPrefix(run)));
  const locks = namesIn(tasks).filter((name) => name.endsWith('.lock'));
  const result = join(repository, `${refOf(resultBranch(run))}.lock`);
  for (const lock of [result, ...locks.map((name) => join(tasks, name))]) {
    rmSync(lock, { force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
