/** Which file a path means inside of one folder; no link and no `..` leads out of it. */
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errnoOf, messageOf } from '../faults.ts';

export type Confined =
  /** Absolute, without a link in it; the file itself need not be there. */
  | { readonly kind: 'inside'; readonly path: string; readonly name: string }
  | { readonly kind: 'refused'; readonly message: string };

const refused = (message: string): Confined => ({ kind: 'refused', message });

/** Never rejects. `path` may be relative to `root`, or absolute and inside of it. */
export async function confine(root: string, path: string): Promise<Confined> {
  try {
    const folder = await realpath(root);
    const wanted = isAbsolute(path) && isWithin(root, path) ? relative(root, path) : path;
    const target = resolve(folder, wanted);
    if (!isWithin(folder, target)) return outside(path);
    const real = await realOf(target);
    if (real === null) return refused(`"${path}" is a link that leads nowhere`);
    if (!isWithin(folder, real)) return outside(path);
    return { kind: 'inside', path: real, name: slashed(relative(folder, real)) || '.' };
  } catch (error) {
    return refused(`"${path}": ${messageOf(error)}`);
  }
}

const outside = (path: string): Confined =>
  refused(`"${path}" is outside of the task's folder: name files relative to it`);

/** The deepest part that is there is looked up; null for a link whose target is not. */
async function realOf(target: string): Promise<string | null> {
  try {
    return await realpath(target);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  if (await isThere(target)) return null;
  const parent = await realOf(dirname(target));
  return parent === null ? null : join(parent, basename(target));
}

/** Of a link: itself, whether or not its target is. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const slashed = (path: string): string => path.replaceAll('\\', '/');

/** What git keeps there it also runs: a hook that an agent wrote would run outside. */
export const isOfGit = (name: string): boolean =>
  name.split('/').some((part) => part.toLowerCase() === '.git');
