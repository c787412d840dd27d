/** Takes away what the worktrees of a run have left: in its repository, and in its folder. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { type Branch, findLeftovers, type Leftovers, removeLeftovers } from '../worktrees/clean.ts';
import { Git } from '../worktrees/git.ts';
import { Turns } from '../worktrees/turns.ts';

export interface CleanWorld {
  readonly config: Config;
  readonly clock: Clock;
}

export interface Cleaned extends Leftovers {
  readonly id: string;
}

export type { Branch };

export interface CleanOptions {
  /** Only looks. */
  readonly dryRun: boolean;
  /** `merged`: a result that is merged nowhere stays. */
  readonly results: 'all' | 'merged';
}

/** Only for whoever holds the run. */
export async function cleanRun(
  { config, clock }: CleanWorld,
  folder: RunFolder,
  { base }: RunOrder,
  { dryRun, results }: CleanOptions,
): Promise<Cleaned> {
  const git = new Git({ environment: config.environment, marks: {}, clock });
  // One that was moved or removed can't be cleaned; what is in the run's folder can.
  const isThere = base !== undefined && existsSync(join(base.repository, 'HEAD'));
  const repository = isThere ? { git, path: base.repository, turns: new Turns() } : null;
  const scope = { run: folder.id, runFolder: realpathSync(folder.path), results };
  const found = await (dryRun
    ? findLeftovers(repository, scope)
    : removeLeftovers(repository, scope, clock));
  return { id: folder.id, ...found };
}
