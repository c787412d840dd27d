/**
 * What a fork takes of the files of the run it comes from, so that it needs that run no more.
 *
 * What only the runtime writes is shared by hard links: it replaces such files and never changes
 * one. What programs write is copied, as a link to the same blocks where the disk can do that: a
 * program that changes a file of an earlier task must not change it in another run.
 */
import { constants, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { copyFile, cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { orchestratorAddress } from '../../machines/ids.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Core } from '../kernel/core.ts';
import type { RunFolder } from './folder.ts';
import { artifactsFolder, resultPath } from './results.ts';

/** An attempt that is over, and what was left of it. */
const keepsArtifacts = ['succeeded', 'verifying'];
/** Folders whose files are named for the attempt that they are of. */
const wordsFolders = ['streams', 'conversations'];

export async function inherit(from: RunFolder, to: RunFolder, core: Core): Promise<void> {
  const tasks = actorsOf(core);
  for (const actor of tasks) {
    const { id } = (actor.state.context as TaskContext).spec;
    if (!actor.alive) await share(resultPath(from, id), resultPath(to, id));
    if (!keepsArtifacts.includes(outerState(actor))) continue;
    const artifacts = artifactsFolder(from, id);
    if (!existsSync(artifacts)) continue;
    const mode = constants.COPYFILE_FICLONE;
    const options = { recursive: true, verbatimSymlinks: true, mode };
    await cp(artifacts, artifactsFolder(to, id), options);
  }
  await shareWords(from, to, core, tasks);
}

/** What was said in attempts that are over: later ones, and those under way, are not its past. */
async function shareWords(
  from: RunFolder,
  to: RunFolder,
  core: Core,
  tasks: readonly Actor[],
): Promise<void> {
  const books = core.registry.lookUp(orchestratorAddress)?.state.context;
  const { tokens = 0 } = (books ?? {}) as Partial<OrchestratorContext>;
  const underWay = new Set<number>();
  for (const actor of tasks) {
    const { token, outcome } = actor.state.context as TaskContext;
    if (token !== null && actor.alive && outcome === null) underWay.add(token);
    const path = outcome?.output.path ?? '';
    if (path !== '') await share(join(from.path, path), join(to.path, path));
  }
  for (const file of wordsFolders.flatMap((name) => filesIn(from.path, name))) {
    const token = tokenOf(file);
    if (token > tokens || underWay.has(token)) continue;
    await share(join(from.path, file), join(to.path, file));
  }
}

function actorsOf(core: Core): readonly Actor[] {
  const all = [...core.registry.ended(), ...core.registry.living()];
  return all.filter(({ chart }) => chart.key === 'task');
}

function outerState({ state }: Actor): string {
  const { value } = state.at;
  return typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
}

/** `streams/build/7.out.txt`, `conversations/7.jsonl`, `conversations/7/1.txt` */
function tokenOf(file: string): number {
  const [folder = '', first = '', second = ''] = file.split('/');
  return Number.parseInt(folder === 'streams' ? second : first, 10);
}

/** All below a folder, with `/`. */
function filesIn(path: string, folder: string): readonly string[] {
  if (!existsSync(join(path, folder))) return [];
  return readdirSync(join(path, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path, name) : [name];
  });
}

/** Another disk, or one that knows no links: then it is copied. Gone already: then it is not. */
async function share(from: string, to: string): Promise<void> {
  if (!existsSync(from) || existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}
