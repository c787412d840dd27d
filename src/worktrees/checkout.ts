/**
 * Makes and removes worktrees: every step can be done again after a crash in the middle of it.
 *
 * Invariants:
 * - a worktree is made from nothing, or taken as it was left; what a crash left half made counts
 *   as nothing;
 * - git is told by path where to work: a worktree that has lost its link to the repository never
 *   leads it to the person's own checkout.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git, GitCall } from './git.ts';
import type { Turns } from './turns.ts';

export interface Repository {
  readonly git: Git;
  /** Absolute: what its worktrees share. */
  readonly path: string;
  /** One worktree is made or removed at a time: git is not fit for more. */
  readonly turns: Turns;
}

export interface Checkout {
  /** Where its files are, without a symbolic link on the way: git names it so, too. */
  readonly path: string;
  /** Where git keeps what is this worktree's own: HEAD, index, locks. */
  readonly admin: string;
}

/** What of a repository can be done without any files. */
export const within = ({ path }: Repository, signal?: AbortSignal): GitCall => ({
  gitDir: path,
  cwd: path,
  ...(signal && { signal }),
});

/** What is done in one checkout. */
export const inside = ({ path, admin }: Checkout, signal?: AbortSignal): GitCall => ({
  gitDir: admin,
  workTree: path,
  cwd: path,
  ...(signal && { signal }),
});

/** A new worktree with the files of a commit; what was at its place is gone. */
export async function addCheckout(
  repository: Repository,
  path: string,
  at: { readonly commit: string; readonly branch: string | null },
  signal: AbortSignal,
): Promise<Checkout> {
  await removeCheckout(repository, path);
  await mkdir(dirname(path), { recursive: true });
  const call = within(repository, signal);
  if (at.branch !== null) await repository.git.run(['update-ref', at.branch, at.commit], call);
  // Quick, so that a crash seldom meets it; the files come after.
  const what = at.branch === null ? ['--detach'] : [];
  const target = at.branch === null ? at.commit : at.branch.replace(/^refs\/heads\//, '');
  const add = ['worktree', 'add', '--force', '--no-checkout', ...what, path, target];
  await repository.turns.take(signal, () => repository.git.run(add, call));
  const checkout = { path, admin: await adminOf(path) };
  await repository.git.run(['reset', '--quiet', '--hard', at.commit], inside(checkout, signal));
  return checkout;
}

/** The folder that git names in the file which stands for `.git` there. */
async function adminOf(path: string): Promise<string> {
  const text = await readFile(join(path, '.git'), 'utf8');
  return text.replace(/^gitdir: /, '').replace(/\n$/, '');
}

/**
 * For the next attempt at a task: what the last one left, with nothing under way. Its changes stay,
 * whatever it did to its branch and index, as changes that are not committed.
 */
export async function tidyCheckout(
  { git }: Repository,
  checkout: Checkout,
  at: { readonly commit: string; readonly branch: string },
  signal: AbortSignal,
): Promise<void> {
  // The index is made anew: a crash may have torn it, and no commit of ours is made of it.
  for (const name of ['index', 'index.lock', 'HEAD.lock']) {
    await rm(join(checkout.admin, name), { force: true });
  }
  const call = inside(checkout, signal);
  await git.run(['symbolic-ref', 'HEAD', at.branch], call);
  await git.run(['update-ref', at.branch, at.commit], call);
  await git.run(['reset', '--quiet', '--mixed', at.commit], call);
}

/** Whether git still knows it, by both ends of the link. */
export async function isWhole({ path, admin }: Checkout): Promise<boolean> {
  const link = await readFile(join(admin, 'gitdir'), 'utf8').catch(() => '');
  const back = await adminOf(path).catch(() => '');
  const isLinked = link.replace(/\n$/, '') === join(path, '.git') && back === admin;
  return isLinked && existsSync(join(admin, 'HEAD'));
}

/** Files and all: nothing of it is left when this resolves, and nothing happens when none was. */
export async function removeCheckout(repository: Repository, path: string): Promise<void> {
  await removeFolder(path);
  await repository.turns.take(never, async () => {
    for (const admin of await adminsOf(repository, path)) await removeAdmin(admin);
  });
}

const never = new AbortController().signal;

/** Without its first file no other git looks at the rest. */
export async function removeAdmin(admin: string): Promise<void> {
  await rm(join(admin, 'gitdir'), { force: true });
  await rm(admin, { recursive: true, force: true });
}

/** Git's own folders for a worktree at that path; more than one only after a crash. */
async function adminsOf(repository: Repository, path: string): Promise<readonly string[]> {
  const all = await adminFolders(repository);
  const found = await Promise.all(
    all.map(async (admin) => {
      const link = await readFile(join(admin, 'gitdir'), 'utf8').catch(() => '');
      return link.replace(/\n$/, '') === join(path, '.git');
    }),
  );
  return all.filter((_, at) => found[at]);
}

export async function adminFolders({ path }: Repository): Promise<readonly string[]> {
  const folder = join(path, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name));
}

/** Also what a program has made read-only, as caches of modules are. */
export async function removeFolder(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 5 } as const;
  try {
    await rm(path, options);
  } catch {
    await makeWritable(path);
    await rm(path, options);
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
