/** What a plan for a folder has to know of it: how it is tested, and whether git keeps it. */
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { Git } from '../worktrees/git.ts';
import { findBase } from '../worktrees/repository.ts';
import { type Toolchain, toolchainOf } from './toolchain.ts';

export interface Ground {
  /** Null: nothing says what it is written in. */
  readonly toolchain: Toolchain | null;
  /** The branch that changes are for; null where worktrees can't be made. */
  readonly base: string | null;
}

export async function groundOf(
  { cwd, home, environment }: Pick<Config, 'cwd' | 'home' | 'environment'>,
  clock: Clock,
): Promise<Ground> {
  const git = new Git({ environment, marks: {}, clock });
  const found = await findBase(git, cwd, home);
  const base = found.kind === 'found' ? await baseBranch(git, cwd) : null;
  return { toolchain: toolchainOf(cwd), base };
}

/** As the remote says, else as most call it, else the branch that one stands on. */
async function baseBranch(git: Git, cwd: string): Promise<string> {
  const ask = (...words: readonly string[]): Promise<string> =>
    git.text(words, { gitDir: null, cwd }).catch(() => '');
  const remote = await ask('symbolic-ref', '--short', 'refs/remotes/origin/HEAD');
  if (remote !== '') return remote.replace(/^origin\//, '');
  const known = await ask('for-each-ref', '--format=%(refname:short)', 'refs/heads');
  const usual = ['main', 'master'].find((name) => known.split('\n').includes(name));
  return usual ?? ((await ask('symbolic-ref', '--short', 'HEAD')) || 'HEAD');
}
