/** Makes commits of what tasks changed, and of several commits one: all without a checkout. */
import { rm } from 'node:fs/promises';
import { type Checkout, type Repository, within } from './checkout.ts';

export interface Commit {
  readonly commit: string;
  readonly tree: string;
}

/** Who did what, for the people who read the log. */
export interface Authorship {
  readonly run: string;
  readonly task: string;
  readonly agent: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const us = { name: 'Troupe', email: 'troupe@localhost' } as const;

/**
 * All that the task left in its worktree and that the repository does not ignore, as one commit.
 * Where nothing changed, what it started from. The task's own commits and its index don't count.
 */
export async function commitWork(
  repository: Repository,
  place: { readonly checkout: Checkout; readonly index: string; readonly base: string },
  by: Authorship,
  signal: AbortSignal,
): Promise<Commit> {
  const { checkout, index: indexFile, base } = place;
  await rm(`${indexFile}.lock`, { force: true });
  const call = {
    ...within(repository, signal),
    workTree: checkout.path,
    cwd: checkout.path,
    indexFile,
  };
  const { git } = repository;
  await git.run(['add', '--all', '--', '.'], call);
  const tree = await git.text(['write-tree'], call);
  if (tree === (await treeOf(repository, base, signal))) return { commit: base, tree };
  const message = `Task ${by.task}\n\n${trailersOf(by)}Troupe-Attempt: ${by.attempt}\n`;
  const author = { name: by.agent, email: `${by.agent}@troupe.localhost` };
  const commit = await git.text(['commit-tree', tree, '-p', base, '-F', '-'], {
    ...within(repository, signal),
    stdin: message,
    identity: identityOf(author, Math.floor(by.at / 1_000)),
  });
  return { commit, tree };
}

async function treeOf(
  repository: Repository,
  commit: string,
  signal: AbortSignal,
): Promise<string> {
  return repository.git.text(['rev-parse', `${commit}^{tree}`], within(repository, signal));
}

export type Merge =
  /** `into` when there was nothing to merge. */
  | ({ readonly kind: 'merged' } & Commit)
  /** The tree has the files as far as they could be merged, with marks where they could not. */
  | { readonly kind: 'conflict'; readonly tree: string; readonly files: readonly string[] };

/**
 * One commit with the changes of both. Of the same two it is always the same commit: whoever does
 * it again after a crash changes nothing.
 */
export async function merge(
  repository: Repository,
  into: string,
  commit: string,
  by: Pick<Authorship, 'run' | 'task'>,
  signal: AbortSignal,
): Promise<Merge> {
  if (await contains(repository, into, commit, signal)) return known(repository, into, signal);
  if (await contains(repository, commit, into, signal)) return known(repository, commit, signal);
  const { tree, files } = await mergeTrees(repository, into, commit, signal);
  if (files.length > 0) return { kind: 'conflict', tree, files };
  return { kind: 'merged', ...(await join(repository, tree, [into, commit], by, signal)) };
}

async function known(repository: Repository, commit: string, signal: AbortSignal): Promise<Merge> {
  return { kind: 'merged', commit, tree: await treeOf(repository, commit, signal) };
}

/** Whether the history of one has the other in it. */
async function contains(
  repository: Repository,
  commit: string,
  other: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (commit === other) return true;
  const { code } = await repository.git.run(['merge-base', '--is-ancestor', other, commit], {
    ...within(repository, signal),
    answers: [0, 1],
  });
  return code === 0;
}

async function mergeTrees(
  repository: Repository,
  into: string,
  commit: string,
  signal: AbortSignal,
): Promise<{ readonly tree: string; readonly files: readonly string[] }> {
  const argv = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', into, commit];
  const call = { ...within(repository, signal), answers: [0, 1] };
  const { stdout } = await repository.git.run(argv, call);
  const [tree = '', ...files] = stdout.split('\0').filter((part) => part !== '');
  return { tree, files: [...new Set(files)] };
}

/** A commit of ours with several parents, dated like the youngest of them. */
export async function join(
  repository: Repository,
  tree: string,
  parents: readonly string[],
  by: Pick<Authorship, 'run' | 'task'>,
  signal: AbortSignal,
): Promise<Commit> {
  const { git } = repository;
  const call = within(repository, signal);
  const dates = await git.text(['show', '-s', '--format=%ct', ...parents, '--'], call);
  const seconds = Math.max(...dates.split('\n').map(Number));
  const from = parents.flatMap((parent) => ['-p', parent]);
  const commit = await git.text(['commit-tree', tree, ...from, '-F', '-'], {
    ...call,
    stdin: `Merge task ${by.task}\n\n${trailersOf(by)}`,
    identity: identityOf(us, seconds),
  });
  return { commit, tree };
}

function trailersOf({ run, task }: Pick<Authorship, 'run' | 'task'>): string {
  return `Troupe-Run: ${run}\nTroupe-Task: ${task}\n`;
}

function identityOf(
  author: { readonly name: string; readonly email: string },
  seconds: number,
): Record<string, string> {
  const date = `@${seconds} +0000`;
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: us.name,
    GIT_COMMITTER_EMAIL: us.email,
    GIT_COMMITTER_DATE: date,
  };
}
