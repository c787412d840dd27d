/** Finds the repository that a folder lies in, and the commit that a run is to start from. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../kernel/user-error.ts';
import { type Git, type GitCall, GitError } from './git.ts';

/** What a run's worktrees begin with, frozen when the run begins. */
export interface Base {
  /** Absolute: the folder that a repository and all its worktrees share. */
  readonly repository: string;
  /** From the top of a checkout to where the work is, with `/`; empty for the top. */
  readonly prefix: string;
  readonly commit: string;
  /** Files of the person's checkout that differ from it: not part of it. */
  readonly changes: number;
}

export type Finding =
  | { readonly kind: 'found'; readonly base: Base }
  /** Why there is none, and what to do about it. */
  | { readonly kind: 'none'; readonly problem: UserError };

/** `git merge-tree --write-tree` is not older. */
const oldest = [2, 38] as const;

/** `home`: what is kept there are no changes of the person's. */
export async function findBase(git: Git, cwd: string, home: string): Promise<Finding> {
  try {
    return await lookFor(git, cwd, home);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none(noGit());
    throw error;
  }
}

async function lookFor(git: Git, cwd: string, home: string): Promise<Finding> {
  const call: GitCall = { gitDir: null, cwd };
  const version = await git.text(['version'], call);
  if (isOlder(version)) return none(tooOld(version));
  // One at a time: a path may hold any sign, also the one that ends a line.
  const ask = (...words: string[]) => git.text(['rev-parse', ...words], call).catch(refused);
  const common = await ask('--git-common-dir');
  if (common === null) return none(noRepository(cwd));
  if ((await ask('--is-inside-work-tree')) !== 'true') return none(isBare(cwd));
  const commit = await ask('--verify', '--quiet', 'HEAD^{commit}');
  if (commit === null) return none(noCommit(cwd));
  const prefix = (await ask('--show-prefix')) ?? '';
  const repository = await realpath(resolve(cwd, common));
  await refuseOccupied(git, { gitDir: repository, cwd });
  const changes = await changesIn(git, call, home);
  return {
    kind: 'found',
    base: { repository, prefix: prefix.replace(/\/$/, ''), commit, changes },
  };
}

const none = (problem: UserError): Finding => ({ kind: 'none', problem });

function refused(error: unknown): null {
  if (error instanceof GitError) return null;
  throw error;
}

function isOlder(version: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const [majorMin, minorMin] = oldest;
  return Number(major) < majorMin || (Number(major) === majorMin && Number(minor) < minorMin);
}

/** A branch that is called just so leaves no room for those below it. */
async function refuseOccupied(git: Git, call: GitCall): Promise<void> {
  const ref = 'refs/heads/troupe';
  const { code } = await git.run(['show-ref', '--verify', '--quiet', ref], {
    ...call,
    answers: [0, 1],
  });
  if (code === 1) return;
  throw new UserError(
    'worktree.branch-in-the-way',
    'a branch is called "troupe", where those of runs would lie: "troupe/RUN"',
    'rename it: git branch -m troupe other-name',
  );
}

async function changesIn(git: Git, call: GitCall, home: string): Promise<number> {
  const [status, top] = await Promise.all([
    git.text(['status', '--porcelain', '-z', '--no-renames', '--ignore-submodules=dirty'], call),
    git.text(['rev-parse', '--show-toplevel'], call),
  ]);
  const paths = status.split('\0').filter((line) => line !== '');
  return paths.filter((line) => !isWithin(join(top, line.slice(3)), home)).length;
}

/** Git names a folder that is all new, and not what is in it. */
function isWithin(path: string, home: string): boolean {
  const [way, back] = [relative(home, path), relative(path, home)];
  const leads = (to: string): boolean =>
    !(isAbsolute(to) || to === '..' || to.startsWith(`..${sep}`));
  return leads(way) || (path.endsWith(sep) && leads(back));
}

function noGit(): UserError {
  const message = 'tasks of this plan work in git worktrees, and git was not found';
  return new UserError('git.not-found', message, 'install git, or write "workspace: shared"');
}

function tooOld(version: string): UserError {
  const needed = oldest.join('.');
  const message = `tasks of this plan work in git worktrees, and ${version} is too old for that`;
  const hint = `install git ${needed} or newer, or write "workspace: shared" or "copy"`;
  return new UserError('git.too-old', message, hint);
}

function noRepository(cwd: string): UserError {
  const message = `${cwd} lies in no git repository, and tasks of this plan work in worktrees`;
  const hint = 'run it in a repository, or write "workspace: shared" or "copy"';
  return new UserError('worktree.no-repository', message, hint);
}

function isBare(cwd: string): UserError {
  const message = `${cwd} is a bare repository: there is no checkout to work beside`;
  return new UserError('worktree.bare', message, 'clone it, and run the plan in the clone');
}

function noCommit(cwd: string): UserError {
  const message = `the repository of ${cwd} has no commit yet for a worktree to start from`;
  return new UserError('worktree.no-commit', message, 'make a first one: git commit');
}
