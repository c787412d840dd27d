/** Workspaces that are plain folders: an empty one, or a copy of where the person works. */
import { constants, existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeFolder } from './checkout.ts';
import { placesIn } from './names.ts';

/** What a copy leaves out, wherever it lies: what can be made again, and the history. */
const leftOut = new Set(['.git', '.troupe', 'node_modules']);

export async function makeEmpty(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/** Whole or not at all; one that is there already is taken as it is. `home` is never copied. */
export async function makeCopy(from: string, path: string, home: string): Promise<void> {
  if (await isFolder(path)) return;
  const draft = `${path}.draft`;
  await removeFolder(draft);
  await mkdir(dirname(path), { recursive: true });
  await copyFolder(await realpath(from), draft, await realpath(home));
  await rename(draft, path);
}

/**
 * For a run that others have worked on since: what was left here would pass for the work of theirs.
 * Worktrees stay: of those only what was committed counts.
 */
export async function forgetFolders(runFolder: string): Promise<void> {
  const { workspaces, note } = placesIn(runFolder);
  for (const task of await readdir(workspaces).catch(() => [])) {
    if (!existsSync(note(task))) await removeFolder(join(workspaces, task));
  }
}

/** Links stay as they were written, also those that point elsewhere. */
async function copyFolder(from: string, to: string, home: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (leftOut.has(entry.name) || source === home) continue;
    if (entry.isDirectory()) await copyFolder(source, target, home);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    // Shares the blocks where the filesystem can. A pipe or a socket is its program's own.
    else if (entry.isFile()) await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
