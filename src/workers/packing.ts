/** Makes a parcel of files as they are, and hands out their pieces while it is open. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../kernel/user-error.ts';
import {
  inlineMaxBytes,
  inlineTotalMaxBytes,
  isPlainPath,
  type Parcel,
  type ParcelFile,
  parcelLimits,
  pieceBytes,
  staysInside,
} from './parcel.ts';

/** Files below a folder, and what their paths begin with in the parcel. */
export interface Root {
  readonly prefix: string;
  /** Absolute. */
  readonly folder: string;
  /** Files or folders below it, with `/`; left out: all of it. One that is not there is none. */
  readonly names?: readonly string[];
}

/** A parcel, and where its files lie here. */
export interface Packed {
  readonly parcel: Parcel;
  /** By the place of the file in the list. */
  readonly paths: readonly string[];
}

/** What can be made again anywhere, and what git keeps for itself, stays behind. */
const leftOut = new Set(['.git', 'node_modules']);

export async function pack(
  id: string,
  roots: readonly Root[],
  signal: AbortSignal,
): Promise<Packed> {
  const found: { path: string; full: string }[] = [];
  for (const root of roots) {
    for (const name of root.names ?? ['']) await gather(root, name, found, signal);
  }
  const characters = found.reduce((sum, { path }) => sum + path.length, 0);
  if (characters > parcelLimits.pathsMaxCharacters) throw tooMuch();
  const files: ParcelFile[] = [];
  let [bytes, inlineBytes] = [0, 0];
  for (const { path, full } of found) {
    signal.throwIfAborted();
    const file = await fileAt(path, full, inlineTotalMaxBytes - inlineBytes);
    inlineBytes += file.inline === undefined ? 0 : file.bytes;
    bytes += file.bytes;
    if (bytes > parcelLimits.bytesMax) throw tooMuch();
    files.push(file);
  }
  return { parcel: { id, files }, paths: found.map(({ full }) => full) };
}

async function gather(
  root: Root,
  name: string,
  found: { path: string; full: string }[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const full = join(root.folder, name);
  const path = name === '' ? root.prefix : `${root.prefix}/${name}`;
  const stat = await lstat(full).catch(() => null);
  if (stat?.isDirectory()) {
    const entries = (await readdir(full)).filter((entry) => !leftOut.has(entry)).sort();
    const inner = entries.map((entry) => (name === '' ? entry : `${name}/${entry}`));
    for (const each of inner) await gather(root, each, found, signal);
    return;
  }
  if (!stat?.isFile() && !stat?.isSymbolicLink()) return;
  if (!isPlainPath(path)) return;
  if (stat.isSymbolicLink() && !staysInside(path, await readlink(full))) return;
  if (found.length >= parcelLimits.filesMax) throw tooMuch();
  found.push({ path, full });
}

async function fileAt(path: string, full: string, inlineLeft: number): Promise<ParcelFile> {
  const stat = await lstat(full);
  if (stat.isSymbolicLink()) {
    const target = Buffer.from(await readlink(full));
    const inline = target.toString('base64');
    return { path, kind: 'link', bytes: target.length, sha256: sha256Of(target), inline };
  }
  const kind = (stat.mode & 0o100) === 0 ? 'file' : 'program';
  if (stat.size <= Math.min(inlineMaxBytes, inlineLeft)) {
    const content = await readFile(full);
    const inline = content.toString('base64');
    return { path, kind, bytes: content.length, sha256: sha256Of(content), inline };
  }
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(full)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { path, kind, bytes, sha256: hash.digest('hex') };
}

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** A piece of one of its files; empty at the end. */
export async function pieceOf(packed: Packed, file: number, offset: number): Promise<Buffer> {
  const path = packed.paths[file];
  if (path === undefined) throw new UserError('files.unknown', 'there is no such file', 'ask anew');
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(pieceBytes);
    const { bytesRead } = await handle.read(buffer, 0, pieceBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What is other than before, and what is there no more. */
export function changesSince(before: Parcel, { parcel, paths }: Packed, prefix: string): Packed {
  const known = new Map(before.files.map((file) => [file.path, file]));
  const now = new Set(parcel.files.map(({ path }) => path));
  const files: ParcelFile[] = [];
  const kept: string[] = [];
  for (const [at, file] of parcel.files.entries()) {
    const old = known.get(file.path);
    if (old?.sha256 === file.sha256 && old.kind === file.kind) continue;
    files.push(file);
    kept.push(paths[at] as string);
  }
  for (const { path, sha256 } of before.files) {
    if (now.has(path) || !path.startsWith(`${prefix}/`)) continue;
    files.push({ path, kind: 'gone', bytes: 0, sha256 });
    kept.push('');
  }
  return { parcel: { id: parcel.id, files }, paths: kept };
}

function tooMuch(): UserError {
  const { filesMax, bytesMax, pathsMaxCharacters } = parcelLimits;
  const most = `${filesMax} files, ${bytesMax} bytes, ${pathsMaxCharacters} characters of paths`;
  const message = `its files are more than can travel: at most ${most}`;
  return new UserError('files.too-many', message, 'let it work with fewer files, or here');
}
