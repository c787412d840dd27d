/**
 * Removes runs that nobody needs any more, and packs the journals of those that are over.
 *
 * Invariants:
 * - whoever touches a run holds its lock: one that is alive is never touched, and of two who remove
 *   the same run one does;
 * - a run that is removed is gone at once, by a new name that is no run's; what a crash leaves of
 *   it is cleared away by the next prune.
 */

import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runId } from '../../machines/ids.ts';
import { reapOrphans } from '../agents/processes/ledger.ts';
import type { Config } from '../config.ts';
import { compact } from '../journal/compact.ts';
import { type Lock, lockOwner, takeLock } from '../journal/lock.ts';
import { dropSnapshot } from '../journal/snapshot.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import {
  findRun,
  listRuns,
  type RunFolder,
  readOrder,
  runFolder,
  runsFolder,
} from '../runs/folder.ts';
import { type KeptRun, type PrunePolicy, toPrune } from '../runs/retention.ts';
import { viewOf } from '../runs/view.ts';
import { type Cleaned, type CleanOptions, cleanRun } from './cleaning.ts';
import { coreOf } from './standing.ts';

export interface Keeper {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Prunable extends KeptRun {
  /** What its removal sets free: files that a fork shares stay. */
  readonly bytes: number;
  /** Those that went on from it: they need it no more, but for what their logs tell of before. */
  readonly forks: readonly string[];
}

export interface Pruned {
  readonly removed: readonly { readonly id: string; readonly bytes: number }[];
  /** Somebody works on them by now, has gone on with them, or has removed them. */
  readonly left: readonly string[];
}

export interface Compacted {
  readonly id: string;
  readonly beforeBytes: number;
  readonly afterBytes: number;
  readonly forks: readonly string[];
}

/** A folder of a run that never came to be is left alone so long: somebody may be making it. */
const draftAgeMs = 60 * 60 * 1_000;
const gravePrefix = '.pruned-';

/** Those that the policy gives up; nothing is changed. */
export async function prunable(
  { config, clock }: Keeper,
  policy: PrunePolicy,
): Promise<readonly Prunable[]> {
  const folders = await listRuns(config.home);
  const runs: (KeptRun & { readonly folder: RunFolder })[] = [];
  for (const folder of folders) runs.push({ ...(await stateOf(folder)), folder });
  const forks = await forksIn(folders);
  return toPrune(runs, policy, clock.now()).map(({ folder, ...run }) => {
    return { ...run, bytes: bytesIn(folder.path), forks: forks.get(run.id) ?? [] };
  });
}

export async function removeRuns(
  keeper: Keeper,
  ids: readonly string[],
  policy: Pick<PrunePolicy, 'stopped'>,
): Promise<Pruned> {
  const removed: Pruned['removed'][number][] = [];
  const left: string[] = [];
  for (const id of ids) {
    const bytes = await removeRun(keeper, id, policy);
    if (bytes === null) left.push(id);
    else removed.push({ id, bytes });
  }
  await sweep(keeper);
  if (removed.length > 0) (await archiveOf(keeper)).prune(removed.map(({ id }) => id));
  return { removed, left };
}

/**
 * Takes away what the worktrees of these runs have left, their results among it. A run that
 * somebody works on is left alone; so is one that could go on, unless it was named.
 */
export async function cleanRuns(
  keeper: Keeper,
  name: string | null,
  { dryRun }: Pick<CleanOptions, 'dryRun'>,
): Promise<readonly Cleaned[]> {
  const { home } = keeper.config;
  const folders = name === null ? await listRuns(home) : [await findRun(home, name)];
  const cleaned: Cleaned[] = [];
  for (const folder of folders) {
    const { status } = await stateOf(folder);
    if (name === null && (status === null || !isOver(status))) continue;
    const lock = name === null ? lockOf(folder) : takeLock(folder.path);
    if (!lock) continue;
    try {
      refuseGhost(folder);
      const { path: runFolder, id: runId } = folder;
      if (!dryRun) await reapOrphans({ runFolder, runId, clock: keeper.clock });
      const order = await readOrder(folder);
      cleaned.push(await cleanRun(keeper, folder, order, { dryRun, results: 'all' }));
    } finally {
      lock.release();
    }
  }
  return cleaned.filter(({ branches, kept, workspaces }) => {
    return branches.length + kept.length + workspaces > 0;
  });
}

/** Answers the bytes that are free now; null when somebody works on it, or has removed it. */
async function removeRun(
  { config, clock, random }: Keeper,
  id: string,
  { stopped }: Pick<PrunePolicy, 'stopped'>,
): Promise<number | null> {
  const folder = runFolder(config.home, runId(id));
  const lock = existsSync(folder.order) ? lockOf(folder) : null;
  if (!lock) return null;
  const grave = join(runsFolder(config.home), `${gravePrefix}${id}-${randomName(random, 8)}`);
  let bytes = 0;
  try {
    // It may have gone on since it was chosen.
    const { status } = await stateOf(folder);
    if (status === null || (!stopped && !isOver(status))) return null;
    await reapOrphans({ runFolder: folder.path, runId: folder.id, clock });
    bytes = bytesIn(folder.path);
    // A disk that is full must not keep what would free it.
    await (await archiveOf({ config, clock, random })).keep(folder).catch(() => undefined);
    // Its results are a person's: one that nobody has merged outlives the run.
    const order = await readOrder(folder);
    await cleanRun({ config, clock }, folder, order, { dryRun: false, results: 'merged' });
    renameSync(folder.path, grave);
  } finally {
    lock.release();
  }
  await bury(grave);
  return bytes;
}

/** What the runs have produced outlives them; only who removes runs pays for loading it. */
async function archiveOf({ config, clock, random }: Keeper) {
  const { Archive } = await import('../documents/archive.ts');
  return new Archive(config, clock, random);
}

/** Clears away what a killed prune, or a run that never came to be, has left. */
async function sweep({ config, clock }: Keeper): Promise<void> {
  const home = runsFolder(config.home);
  const names = existsSync(home) ? readdirSync(home) : [];
  for (const name of names) {
    const path = join(home, name);
    if (name.startsWith(gravePrefix) || isAbandoned(path, clock.now())) await bury(path);
  }
}

/** Packs the journal of a run that is over; throws for one that is not. */
export async function compactRun({ config }: Keeper, name: string): Promise<Compacted> {
  const folder = await findRun(config.home, name);
  const lock = takeLock(folder.path);
  try {
    refuseGhost(folder);
    const { status } = await stateOf(folder);
    if (status === null || !isOver(status)) throw notOver(folder);
    const before = bytesIn(folder.path);
    compact(folder.path);
    // All of it is in the journal, and nobody goes on with the run.
    dropSnapshot(folder.path);
    const forks = (await forksIn(await listRuns(config.home))).get(folder.id) ?? [];
    return { id: folder.id, beforeBytes: before, afterBytes: bytesIn(folder.path), forks };
  } finally {
    lock.release();
  }
}

/** For whoever has just taken the lock: a folder that was removed meanwhile came back by that. */
export function refuseGhost(folder: RunFolder): void {
  if (existsSync(folder.order)) return;
  rmSync(folder.path, { recursive: true, force: true });
  throw new UserError('run.unknown', `${folder.id} has just been removed`, 'see: troupe ps');
}

function lockOf(folder: RunFolder): Lock | null {
  try {
    const lock = takeLock(folder.path);
    refuseGhost(folder);
    return lock;
  } catch (error) {
    if (isUserError(error)) return null;
    throw error;
  }
}

async function stateOf(folder: RunFolder): Promise<KeptRun> {
  const alive = lockOwner(folder.path) !== null;
  try {
    const { plan } = await readOrder(folder);
    const { status, at } = viewOf(coreOf(folder), folder.id, plan);
    return { id: folder.id, status, alive, at };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { id: folder.id, status: null, alive, at: 0 };
  }
}

const isOver = (status: KeptRun['status']): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled';

async function forksIn(
  folders: readonly RunFolder[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const forks = new Map<string, string[]>();
  for (const folder of folders) {
    const parent = await readOrder(folder).then(
      ({ forkedFrom }) => forkedFrom?.run,
      () => undefined,
    );
    if (parent !== undefined) forks.set(parent, [...(forks.get(parent) ?? []), folder.id]);
  }
  return forks;
}

/** Of a file that has another name, too, nothing is set free. */
function bytesIn(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.nlink > 1 ? 0 : stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

function isAbandoned(path: string, nowMs: number): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || existsSync(join(path, 'order.json'))) return false;
  return nowMs - stat.mtimeMs > draftAgeMs && lockOwner(path) === null;
}

/** Another prune may be at it, too: then it is gone all the same. */
function bury(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 });
}

function notOver({ id }: RunFolder): UserError {
  return new UserError(
    'run.not-over',
    `${id} is not over: its journal is still needed as it is`,
    `finish it: troupe resume ${id}; or call it off: troupe cancel ${id}`,
  );
}
