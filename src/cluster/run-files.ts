/** The files of a run's folder that another node needs: brought to the servers, and back. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { ObjectStore } from '@nats-io/obj';
import type { OutputRef } from '../../machines/outcome.ts';
import { compactedName, journalName } from '../journal/pages.ts';
import { dropSnapshot } from '../journal/snapshot.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { writeWhole } from '../runs/disk.ts';
import type { RunFolder } from '../runs/folder.ts';
import { artifactsFolder } from '../runs/results.ts';
import type { FileHead, KeptFile, RunCopy } from './run-record.ts';

/** A larger one goes to the store of files. */
const hereBytesMax = 128 * 1024;
const artifactsMax = 1_000;
const artifactBytesMax = 256 * 1024 * 1024;
const fetchTriesMax = 10;
const fetchWithinMs = 5_000;
const slowBytesPerMs = 1_000;

interface Shelf {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** What a run is from its first moment on, with `/`; more than once only after an upgrade. */
export function firmFiles(folder: RunFolder): readonly string[] {
  const bases = readdirSync(folder.path).filter((name) => /^base-\d+\.json$/.test(name));
  return [relative(folder.path, folder.order), ...bases];
}

/** What an attempt has left behind: its words, and what it put among its task's artifacts. */
export function filesOf(folder: RunFolder, task: string, { path }: OutputRef): readonly string[] {
  const root = artifactsFolder(folder, task);
  const artifacts = namesBelow(root)
    .slice(0, artifactsMax)
    .map((name) => join(root, name))
    .filter((file) => isSmallFile(file))
    .map((file) => relative(folder.path, file).replaceAll('\\', '/'));
  return path === '' ? artifacts : [path, ...artifacts];
}

function isSmallFile(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= artifactBytesMax;
  } catch {
    // A link that leads nowhere or around, or somebody else's.
    return false;
  }
}

function namesBelow(root: string): readonly string[] {
  try {
    return readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

/** Null also for what can't be read, today or ever: somebody else's, or a folder. */
function readable(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** The record of a file, and what of it goes into the stream of the run. Null: it is gone. */
export async function fileRecord(
  { path: root, id }: RunFolder,
  path: string,
  store: ObjectStore,
): Promise<{ readonly head: FileHead; readonly body: Buffer } | null> {
  const content = readable(join(root, path));
  if (content === null) return null;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const about = { kind: 'file', path, bytes: content.length, sha256 } as const;
  if (content.length <= hereBytesMax) return { head: { ...about, where: 'here' }, body: content };
  await store.putBlob({ name: storedName(id, sha256) }, content);
  return { head: { ...about, where: 'store' }, body: Buffer.alloc(0) };
}

export const storedName = (run: string, sha256: string): string => `${run}/${sha256}`;

/** Brings a folder to what the servers have: what only this disk has never counted. */
export async function restoreFolder(folder: RunFolder, copy: RunCopy, shelf: Shelf): Promise<void> {
  for (const place of [folder.path, folder.results, folder.artifacts]) {
    mkdirSync(place, { recursive: true });
  }
  for (const file of copy.files.values()) await restoreFile(folder, file, shelf);
  const path = join(folder.path, journalName);
  if (existsSync(path) && readFileSync(path).equals(copy.journal)) return;
  dropSnapshot(folder.path);
  rmSync(join(folder.path, compactedName), { force: true });
  writeWhole(path, copy.journal, { flush: true });
}

async function restoreFile(folder: RunFolder, file: KeptFile, shelf: Shelf): Promise<void> {
  const path = join(folder.path, file.path);
  if (existsSync(path) && hashOf(readFileSync(path)) === file.sha256) return;
  const content =
    file.content ?? (await fetched(shelf, storedName(folder.id, file.sha256), file.bytes));
  if (!content || hashOf(content) !== file.sha256) {
    const message = `${file.path} of ${folder.id} is not on the servers any more`;
    throw new UserError('run.file-lost', message, 'restore the store of files from a copy');
  }
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, content);
}

/** What sends it may be on a server that has just died, and never says so: then another does. */
async function fetched(
  { store, clock }: Shelf,
  name: string,
  bytes: number,
): Promise<Uint8Array | null> {
  const withinMs = fetchWithinMs + bytes / slowBytesPerMs;
  for (let tries = 0; tries < fetchTriesMax; tries += 1) {
    const late = sleep(clock, withinMs).then(() => 'late' as const);
    const blob = await Promise.race([store.getBlob(name).catch(() => 'late' as const), late]);
    if (blob !== 'late') return blob;
  }
  return null;
}

const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
