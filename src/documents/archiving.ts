/** Puts what runs have produced into the archive: the outputs and artifacts of tasks that ended. */
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Hide, hiderOf } from '../conversations/privacy.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { taskFinder } from '../past/standing.ts';
import type { PlanTask } from '../plan/plan.ts';
import { patternsIn } from '../remembering/place.ts';
import { listRuns, type RunFolder, type RunOrder, readOrder } from '../runs/folder.ts';
import { forgottenIn } from '../runs/forgotten.ts';
import { artifactsFolder, readResult, type TaskResult } from '../runs/results.ts';
import { type Blob, type Blobs, bytesOf } from './blobs.ts';
import { type Archived, documentMaxBytes, safeName } from './document.ts';
import { readIndex, writeIndex } from './run-index.ts';
import { seenFiles } from './seen-files.ts';

export interface ArchivingWorld {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly random: Random;
}

/** A folder that changed so lately may change again within the same tick of its disk's clock. */
const settledAfterMs = 2_000;
/** Texts that are longer are kept as they are: nobody looks through them for keys. */
const hiddenMaxBytes = 8 * 1024 * 1024;

/** Whatever ended since the last time, of all runs. */
export async function archiveRuns(world: ArchivingWorld): Promise<void> {
  for (const folder of await listRuns(world.home)) await archiveRun(world, folder);
}

/** A run that can't be read has nothing to keep. */
export async function archiveRun(world: ArchivingWorld, folder: RunFolder): Promise<void> {
  const index = readIndex(world.home, folder.id);
  const changedMs = statSync(folder.results, { throwIfNoEntry: false })?.mtimeMs ?? null;
  if (changedMs === null || index.settledMs === changedMs) return;
  const isForgotten = forgottenIn(folder);
  const fresh = endedIn(folder).filter(
    ({ task, at }) => index.seen[task] !== at && !isForgotten(task),
  );
  const order = await readOrder(folder).catch(() => null);
  if (order === null) return;
  const seen = { ...index.seen };
  const plannedAs = taskFinder(folder, order);
  const documents = index.documents.filter(({ task }) => !fresh.some((each) => each.task === task));
  for (const { task, at } of fresh) {
    const result = await readResult(folder, task).catch(() => null);
    if (result === null) continue;
    seen[task] = at;
    const of = { folder, order, planned: plannedAs(task), task, at, result };
    documents.push(...(await documentsOf(world, of)));
  }
  const isSettled = world.clock.now() - changedMs > settledAfterMs;
  const settledMs = isSettled ? changedMs : null;
  if (fresh.length === 0 && settledMs === index.settledMs) return;
  writeIndex(world.home, { ...index, settledMs, seen, documents }, world.random);
}

interface EndedTask {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  /** Undefined for one that nobody knows of. */
  readonly planned: PlanTask | undefined;
  readonly task: string;
  readonly at: number;
  readonly result: TaskResult;
}

function endedIn({
  results,
}: RunFolder): readonly { readonly task: string; readonly at: number }[] {
  if (!existsSync(results)) return [];
  const names = readdirSync(results).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    const stat = statSync(join(results, name), { throwIfNoEntry: false });
    return stat ? [{ task: name.slice(0, -'.json'.length), at: Math.round(stat.mtimeMs) }] : [];
  });
}

async function documentsOf(world: ArchivingWorld, of: EndedTask): Promise<readonly Archived[]> {
  if (isPrivate(of) || isInherited(of)) return [];
  const output = await outputOf(world, of);
  const archived = output ? [output] : [];
  for (const path of artifactsOf(of)) {
    const file = fileIn(artifactsFolder(of.folder, of.task), path);
    if (file === null) continue;
    const blob = await world.blobs.put(bytesOf(file), documentMaxBytes).catch(unlessGone);
    if (blob !== 'gone') archived.push(record(of, ['artifacts', path], blob, statOf(file)));
  }
  return [...archived, ...(await filesOf(world, of))];
}

/** What its checks have looked at in the workspace. */
async function filesOf(world: ArchivingWorld, of: EndedTask): Promise<readonly Archived[]> {
  const archived: Archived[] = [];
  for (const { name, path } of await seenFiles(of.order.cwd, of.result)) {
    const blob = await world.blobs.put(bytesOf(path), documentMaxBytes).catch(unlessGone);
    if (blob !== 'gone') archived.push(record(of, ['files', name], blob, statOf(path)));
  }
  return archived;
}

/** What a fork took along was made by the run that it comes from, and is kept as that. */
const isInherited = ({ order, at }: EndedTask): boolean =>
  order.forkedFrom !== undefined && at < order.orderedAt;

/**
 * Of a simulated agent there is nothing to keep, and of a private task nothing is kept; one that
 * nobody knows of may be private.
 */
function isPrivate({ planned, result }: EndedTask): boolean {
  const isSimulated = result.evidence.some(({ facts }) => facts.simulated === true);
  return isSimulated || !planned || planned.memory === 'off' || result.status === 'skipped';
}

async function outputOf(world: ArchivingWorld, of: EndedTask): Promise<Archived | null> {
  const { folder, result } = of;
  const path = result.output_file === null ? null : fileIn(folder.path, result.output_file);
  if (path === null && result.output === '') return null;
  const hide = hiderOf([world.environment], patternsIn(world.environment));
  const bytes = path === null ? Buffer.byteLength(result.output) : statOf(path);
  const content = path === null ? once(hide(result.output)) : hidden(path, bytes, hide);
  const blob = await world.blobs.put(content, documentMaxBytes).catch(unlessGone);
  return blob === 'gone' ? null : record(of, ['output'], blob, bytes);
}

/** Byte for byte when it is no text. */
async function* hidden(path: string, bytes: number, hide: Hide): AsyncGenerator<Buffer> {
  if (bytes > hiddenMaxBytes) return yield* bytesOf(path);
  const content = await readFile(path);
  const text = content.toString('utf8');
  yield Buffer.from(text).equals(content) ? Buffer.from(hide(text)) : content;
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

function artifactsOf({ task, result }: EndedTask): readonly string[] {
  const prefix = `artifacts/${task}/`;
  return result.artifacts.flatMap((path) =>
    path.startsWith(prefix) ? [path.slice(prefix.length)] : [],
  );
}

/** Null for what is no file, is gone, or lies elsewhere: an agent may have put a link there. */
function fileIn(folder: string, path: string): string | null {
  try {
    const file = realpathSync(join(folder, path));
    const isInside = file.startsWith(`${realpathSync(folder)}${sep}`);
    return isInside && lstatSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}

const statOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** It was taken away while it was read. */
function unlessGone(error: unknown): 'gone' {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
  throw error;
}

function record(
  of: EndedTask,
  parts: readonly string[],
  blob: Blob | null,
  bytes: number,
): Archived {
  const { folder, order, task, at, result } = of;
  return {
    name: safeName([order.plan.name, task, ...parts]),
    sha256: blob?.sha256 ?? '',
    bytes: blob?.bytes ?? bytes,
    kept: blob === null ? 'too large' : 'whole',
    ...{ run: folder.id, task, agent: result.agent_id, attempts: result.attempts },
    status: result.status,
    evidence: result.evidence.map(({ kind, passed, summary }) => ({ kind, passed, summary })),
    at,
  };
}
