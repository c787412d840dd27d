/**
 * Writes the files of a parcel where they belong, and nowhere else.
 *
 * Invariants:
 * - a file is there whole, with the hash that was told, or it is not there;
 * - nothing is written through a link, so that no path leads out of its root;
 * - what a path may begin with is said by who unpacks, never by the parcel.
 */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import { UserError } from '../kernel/user-error.ts';
import { ledTo, type Parcel, type ParcelFile, staysInside, targetOf } from './parcel.ts';

/** Whatever begins so belongs into the folder. */
export interface Destination {
  readonly prefix: string;
  /** Absolute, existing. */
  readonly folder: string;
  /** How paths below it may begin; left out: all are welcome. */
  readonly allows?: readonly string[];
}

/** Asks whoever sent the parcel for a piece; empty at the end of the file. */
export type FetchPiece = (file: number, offset: number) => Promise<Buffer>;

export async function unpack(
  parcel: Parcel,
  destinations: readonly Destination[],
  fetch: FetchPiece,
  signal: AbortSignal,
): Promise<void> {
  const placed = parcel.files.map((file) => ({ file, place: placeOf(file, destinations) }));
  for (const turn of turns) {
    for (const [at, { file, place }] of placed.entries()) {
      signal.throwIfAborted();
      if (!turn.includes(file.kind)) continue;
      await put(file, place, (offset) => fetch(at, offset), signal);
    }
  }
}

/** A folder may take the place of what is gone; nothing of the same parcel goes through a link. */
const turns: readonly (readonly ParcelFile['kind'][])[] = [['gone'], ['file', 'program'], ['link']];

interface Place {
  readonly folder: string;
  readonly parts: readonly string[];
  readonly allows: readonly string[];
}

function placeOf({ path }: ParcelFile, destinations: readonly Destination[]): Place {
  const found = destinations.find(({ prefix, allows = [''] }) => {
    const below = path.slice(prefix.length + 1);
    return path.startsWith(`${prefix}/`) && allows.some((begin) => below.startsWith(begin));
  });
  if (!found) throw refused(path, 'it does not belong here');
  const { folder, prefix, allows = [''] } = found;
  return { folder, allows, parts: path.slice(prefix.length + 1).split('/') };
}

async function put(
  file: ParcelFile,
  place: Place,
  fetch: (offset: number) => Promise<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const full = join(place.folder, ...place.parts);
  await clearWay(file.path, place);
  switch (file.kind) {
    case 'gone':
      return rm(full, { force: true, recursive: true });
    case 'link': {
      const target = targetOf(file);
      const isInside = staysInside(file.path, target) && leadsWhereItMay(file.path, target, place);
      if (!isInside) throw refused(file.path, 'it is a link that leads out');
      await rm(full, { force: true, recursive: true });
      return symlink(target, full);
    }
    case 'file':
    case 'program':
      return write(file, full, fetch, signal);
    default:
      return assertNever(file.kind);
  }
}

/** Through a link others would write where its sender may not. */
function leadsWhereItMay(path: string, target: string, { allows }: Place): boolean {
  const led = ledTo(path, target);
  return allows.some((begin) => led.slice(led.indexOf('/') + 1).startsWith(begin));
}

/** The folders above it are folders of our own: none of them is a link. */
async function clearWay(path: string, { folder, parts }: Place): Promise<void> {
  let at = folder;
  for (const part of parts.slice(0, -1)) {
    at = join(at, part);
    const found = await lstat(at).catch(() => null);
    if (found === null) await makeFolder(at);
    else if (found.isSymbolicLink()) throw refused(path, 'a link is on its way');
    else if (!found.isDirectory()) {
      await rm(at, { force: true });
      await mkdir(at);
    }
  }
}

/** Another parcel may have made it meanwhile; what is no folder then is met at the next step. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function write(
  file: ParcelFile,
  full: string,
  fetch: (offset: number) => Promise<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const draft = join(dirname(full), `.${file.sha256.slice(0, 16)}.troupe-draft`);
  await rm(draft, { force: true });
  // Made by us, and not followed if somebody was quicker.
  const handle = await open(draft, 'wx', 0o644);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const piece = await nextPiece(file, bytes, fetch);
      if (piece.length === 0) break;
      bytes += piece.length;
      if (bytes > file.bytes) throw refused(file.path, 'it is longer than was told');
      hash.update(piece);
      await handle.write(piece);
    }
    if (hash.digest('hex') !== file.sha256) throw refused(file.path, 'its hash is another one');
    await handle.close();
    if (file.kind === 'program') await chmod(draft, 0o755);
    const there = await lstat(full).catch(() => null);
    if (there?.isDirectory()) await rm(full, { recursive: true, force: true });
    await rename(draft, full);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}

async function nextPiece(
  { inline, bytes }: ParcelFile,
  offset: number,
  fetch: (offset: number) => Promise<Buffer>,
): Promise<Buffer> {
  if (inline !== undefined) return offset === 0 ? Buffer.from(inline, 'base64') : nothing;
  return offset >= bytes ? nothing : fetch(offset);
}

const nothing = Buffer.alloc(0);

function refused(path: string, why: string): UserError {
  const hint = 'whoever sent it is broken, or means harm';
  return new UserError('files.refused', `${JSON.stringify(path)} is not taken: ${why}`, hint);
}
