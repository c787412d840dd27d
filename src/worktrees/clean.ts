/** Takes away all that a run has put into a repository, and its workspaces beside it. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { adminFolders, type Repository, removeAdmin, removeFolder, within } from './checkout.ts';
import { placesIn, refOf, resultBranch, tasksPrefix } from './names.ts';

export interface Branch {
  readonly name: string;
  /** Where it was: enough to bring it back. */
  readonly commit: string;
  /** Whether another branch has all of it. */
  readonly fate: 'merged' | 'unmerged';
}

export interface Leftovers {
  readonly branches: readonly Branch[];
  /** Result branches that stay: see `Scope`, or somebody has them checked out. */
  readonly kept: readonly Branch[];
  /** Folders that tasks worked in. */
  readonly workspaces: number;
}

export interface Scope {
  readonly run: string;
  readonly runFolder: string;
  /** `merged`: a result that is merged nowhere stays. */
  readonly results: 'all' | 'merged';
}

/** Whoever makes a worktree takes milliseconds for its first files. */
const halfMadeMs = 60_000;

/** What there is to be taken away; nothing is changed. */
export async function findLeftovers(
  repository: Repository | null,
  { run, runFolder, results }: Scope,
): Promise<Leftovers> {
  const workspaces = await childrenOf(placesIn(runFolder).folders[0] ?? '');
  if (!repository) return { branches: [], kept: [], workspaces: workspaces.length };
  const all = await branchesOf(repository, run);
  const used = await checkedOut(repository, runFolder);
  const stays = ({ name, fate }: Branch): boolean =>
    used.has(refOf(name)) ||
    (results === 'merged' && fate === 'unmerged' && name === resultBranch(run));
  return {
    branches: all.filter((branch) => !stays(branch)),
    kept: all.filter(stays),
    workspaces: workspaces.length,
  };
}

/** Can be done again at any point. */
export async function removeLeftovers(
  repository: Repository | null,
  scope: Scope,
  clock: Clock,
): Promise<Leftovers> {
  const found = await findLeftovers(repository, scope);
  for (const folder of placesIn(scope.runFolder).folders) await removeFolder(folder);
  if (!repository) return found;
  await removeAdmins(repository, scope.runFolder, clock);
  const stdin = found.branches.map(({ name, commit }) => `delete ${refOf(name)} ${commit}\n`);
  if (stdin.length === 0) return found;
  const call = { ...within(repository), stdin: stdin.join('') };
  await repository.git.run(['update-ref', '--stdin'], call);
  return found;
}

async function branchesOf(repository: Repository, run: string): Promise<readonly Branch[]> {
  const ours = [refOf(resultBranch(run)), refOf(tasksPrefix(run))];
  const format = '--format=%(objectname) %(refname:lstrip=2)';
  const { git } = repository;
  const lines = await git.text(['for-each-ref', format, ...ours], within(repository));
  const branches: Branch[] = [];
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const [commit = '', ...words] = line.split(' ');
    const contains = ['for-each-ref', '--format=%(refname)', '--contains', commit];
    const refs = await git.text([...contains, 'refs/heads', 'refs/remotes'], within(repository));
    const others = refs.split('\n').filter((ref) => ref !== '' && !isOfRuns(ref));
    const fate = others.length > 0 ? 'merged' : 'unmerged';
    branches.push({ name: words.join(' '), commit, fate });
  }
  return branches;
}

const isOfRuns = (ref: string): boolean => ref.startsWith(refOf('troupe/'));

/** By worktrees that are not the run's own, the person's checkout among them. */
async function checkedOut(repository: Repository, runFolder: string): Promise<Set<string>> {
  const argv = ['worktree', 'list', '--porcelain', '-z'];
  const { stdout } = await repository.git.run(argv, within(repository));
  const used = new Set<string>();
  for (const entry of stdout.split('\0\0')) {
    const lines = entry.split('\0');
    const path = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    const branch = lines.find((line) => line.startsWith('branch '))?.slice('branch '.length);
    if (branch && path && !isBelow(path, runFolder)) used.add(branch);
  }
  return used;
}

/** Git's own folders for the run's worktrees, and those that a crash has left half made. */
async function removeAdmins(
  repository: Repository,
  runFolder: string,
  clock: Clock,
): Promise<void> {
  for (const admin of await adminFolders(repository)) {
    const link = await readFile(join(admin, 'gitdir'), 'utf8').catch(() => null);
    const isOurs =
      link === null
        ? await isHalfMade(admin, clock)
        : isBelow(dirname(link.replace(/\n$/, '')), runFolder);
    if (isOurs) await removeAdmin(admin);
  }
  // As git does it after the last one. It is not empty as long as there are others.
  await rmdir(join(repository.path, 'worktrees')).catch(() => {});
}

async function isHalfMade(admin: string, clock: Clock): Promise<boolean> {
  const found = await stat(admin).catch(() => null);
  if (!found?.isDirectory()) return false;
  const lock = await readFile(join(admin, 'locked'), 'utf8').catch(() => 'initializing');
  return lock.trim() === 'initializing' && clock.now() - found.mtimeMs > halfMadeMs;
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

async function childrenOf(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}
