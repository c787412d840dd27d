/**
 * A run's folder, brought to what the servers have: what only this disk has never counted.
 *
 * Message by message, so that a long run needs no more memory than a short one; and only into the
 * folder itself: a link that somebody has put there is taken away, and never followed.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import { compactedName, journalName } from '../journal/pages.ts';
import { dropSnapshot } from '../journal/snapshot.ts';
import { UserError } from '../kernel/user-error.ts';
import { flushFolder, unwritable } from '../runs/disk.ts';
import type { RunFolder } from '../runs/folder.ts';
import type { FileShelf } from './file-shelf.ts';
import { storedName } from './run-files.ts';
import type { FileHead } from './run-record.ts';
import type { RunStream, Stored } from './run-stream.ts';

interface KeptFile extends FileHead {
  readonly sequence: number;
}

/** All that the stream of a run comes to. */
export interface RunCopy {
  /** Of the last one who owned it; 0: nobody has. */
  readonly token: number;
  /** That node; empty: there was none. */
  readonly node: string;
  /** By path; the newest of each. */
  readonly files: ReadonlyMap<string, KeptFile>;
  readonly journal: JournalPart;
}

/** The first bytes of a journal, told from any others. */
export interface JournalPart {
  readonly bytes: number;
  readonly sha256: string;
}

interface Sources {
  readonly stream: RunStream;
  readonly shelf: FileShelf;
  /** Aborts when nobody wants the folder any more. */
  readonly signal: AbortSignal;
}

const journalDraft = 'journal.jsonl.servers';
const fileDraft = 'restored.draft';
const pageBytes = 1 << 20;

/** Throws what `check` throws for what the servers have, before anything of the folder changes. */
export async function restoreRun(
  folder: RunFolder,
  sources: Sources,
  check: (token: number) => void,
): Promise<RunCopy> {
  const draft = join(folder.path, journalDraft);
  try {
    mkdirSync(folder.path, { recursive: true });
    const copy = await download(draft, sources.stream.read(sources.signal));
    check(copy.token);
    if (copy.token === 0) return copy;
    for (const place of [folder.results, folder.artifacts]) mkdirSync(place, { recursive: true });
    for (const file of copy.files.values()) await restoreFile(folder, file, sources);
    placeJournal(folder, draft, copy.journal);
    return copy;
  } catch (error) {
    throw unwritable(folder.path, error);
  } finally {
    rmSync(draft, { force: true });
    removeIfEmpty(folder.path);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is a run, or somebody else's.
  }
}

/** Whether a file begins with this part of a journal. */
export function beginsWith(path: string, { bytes, sha256 }: JournalPart): boolean {
  return existsSync(path) && hashOf(readPages(path, 0, bytes)) === sha256;
}

export function* readPages(path: string, from: number, to: number): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (let at = from; at < to; ) {
      const page = Buffer.alloc(Math.min(pageBytes, to - at));
      const count = readSync(file, page, 0, page.length, at);
      if (count === 0) return;
      yield page.subarray(0, count);
      at += count;
    }
  } finally {
    closeSync(file);
  }
}

async function download(path: string, messages: AsyncIterable<Stored>): Promise<RunCopy> {
  const files = new Map<string, KeptFile>();
  let [token, node, bytes] = [0, '', 0];
  const draft = openAnew(path);
  try {
    for await (const { head, body, sequence } of messages) {
      switch (head.kind) {
        case 'fence':
          ({ token, node } = head);
          bytes = Math.min(bytes, head.keepBytes);
          break;
        case 'lines':
          writeAll(draft, body, bytes);
          bytes += body.length;
          break;
        case 'file':
          files.set(head.path, { ...head, sequence });
          break;
        default:
          assertNever(head);
      }
    }
    ftruncateSync(draft, bytes);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  return { token, node, files, journal: { bytes, sha256: hashOf(readPages(path, 0, bytes)) } };
}

/** The same journal stays as it is, with the snapshot that belongs to it. */
function placeJournal(folder: RunFolder, draft: string, journal: JournalPart): void {
  const path = join(folder.path, journalName);
  const isThere = existsSync(path) && lstatSync(path).size === journal.bytes;
  if (isThere && beginsWith(path, journal)) return;
  dropSnapshot(folder.path);
  rmSync(join(folder.path, compactedName), { force: true });
  renameSync(draft, path);
  flushFolder(folder.path);
}

async function restoreFile(
  { path: root, id }: RunFolder,
  file: KeptFile,
  { stream, shelf, signal }: Sources,
): Promise<void> {
  const path = join(root, file.path);
  makeWay(root, file.path);
  const isThere = lstatSync(path, { throwIfNoEntry: false })?.size === file.bytes;
  if (isThere && hashOf(readPages(path, 0, file.bytes)) === file.sha256) return;
  const body = file.where === 'here' ? await stream.bodyAt(file.sequence, signal) : null;
  const pieces = body ? [body] : shelf.read(storedName(id, file.sha256), signal);
  const draft = join(root, fileDraft);
  if ((await write(draft, pieces)) !== file.sha256) {
    rmSync(draft, { force: true });
    const message = `${file.path} of ${id} is not on the servers any more`;
    throw new UserError('run.file-lost', message, 'restore the store of files from a copy');
  }
  renameSync(draft, path);
}

/** The hash of what was written. */
async function write(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
  const hash = createHash('sha256');
  const file = openAnew(path);
  let at = 0;
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      writeAll(file, piece, at);
      at += piece.length;
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** Folders down to a file, and nothing in its place that is no file. */
function makeWay(root: string, path: string): void {
  const names = path.split('/');
  for (const [at] of names.entries()) {
    const place = join(root, ...names.slice(0, at + 1));
    const found = lstatSync(place, { throwIfNoEntry: false });
    const isLast = at === names.length - 1;
    if (found && !(isLast ? found.isFile() : found.isDirectory())) {
      rmSync(place, { recursive: true, force: true });
    }
    if (!isLast) mkdirSync(place, { recursive: true });
  }
}

/** Whatever was in its place is taken away, and not written through. */
function openAnew(path: string): number {
  rmSync(path, { force: true, recursive: true });
  return openSync(path, 'wx');
}

function writeAll(file: number, bytes: Uint8Array, from: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, from + done);
  }
}

function hashOf(pages: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const page of pages) hash.update(page);
  return hash.digest('hex');
}
