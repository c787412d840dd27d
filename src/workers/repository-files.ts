/** Worktrees on their way: which of their files count, and how a place becomes a repository. */
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { Git } from '../worktrees/git.ts';

export interface GitAround {
  readonly environment: Config['environment'];
  readonly clock: Clock;
}

/** What agents tell each other lies in the worktree, out of every commit. */
const ours = ['.troupe/.gitignore', '.troupe/context.json'];

/** All that a commit would take, as paths below the folder. */
export async function filesOfWorktree(
  folder: string,
  { environment, clock }: GitAround,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const git = new Git({ environment, marks: {}, clock });
  const argv = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await git.run(argv, { gitDir: null, cwd: folder, signal });
  const names = stdout.split('\0').filter((name) => name !== '' && !name.endsWith('/'));
  return [...new Set([...names, ...ours])];
}

/** Whoever works there sees its changes: what came is one commit. */
export async function makeRepository(
  folder: string,
  { environment, clock }: GitAround,
  signal: AbortSignal,
): Promise<void> {
  const git = new Git({ environment, marks: {}, clock });
  const call = { gitDir: join(folder, '.git'), workTree: folder, cwd: folder, signal };
  await git.run(['init', '--quiet', '--initial-branch=task'], call);
  await git.run(['add', '--all'], call);
  await git.run(['commit', '--quiet', '--allow-empty', '-m', 'As the task found it'], {
    ...call,
    identity: {
      ...{ GIT_AUTHOR_NAME: 'Troupe', GIT_AUTHOR_EMAIL: 'troupe@localhost' },
      ...{ GIT_COMMITTER_NAME: 'Troupe', GIT_COMMITTER_EMAIL: 'troupe@localhost' },
    },
  });
}
