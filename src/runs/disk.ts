/**
 * Writes to a disk that may be full, read-only or somebody else's, and says so to a person.
 *
 * At once: these files are small, and the system's cache takes one in a tenth of the time that the
 * turns of another thread cost.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../kernel/user-error.ts';

/** Readers see the old file or the new one, never a part. `flush`: also after a power cut. */
export function writeWhole(
  path: string,
  text: string | Uint8Array,
  options: { readonly mode?: number; readonly flush?: boolean } = {},
): void {
  writeBy(`${path}.draft`, path, text, options);
}

function writeBy(draft: string, path: string, text: string | Uint8Array, options: object): void {
  try {
    writeDraft(draft, text, options);
    renameSync(draft, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** A file that is to be. */
export interface Draft {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/**
 * One after the other by the same name, which the file system finds sooner than a new one: nobody
 * else may write to their folder meanwhile.
 */
export function writeAll(drafts: readonly Draft[]): void {
  for (const { path, text } of drafts) writeBy(`${dirname(path)}/.draft`, path, text, {});
}

/** One write of so many bytes is done as a whole, or not at all. */
const pageBytes = 4096;

/**
 * New files, without another name at first: to give them theirs would take half as long again. A
 * reader finds none, an empty one or all of it, and whoever is killed leaves no more than an empty
 * one. Where that can't be promised, or one is there, it is put there as by `writeWhole`.
 */
export function writeNew(drafts: readonly Draft[]): void {
  for (const { path, text } of drafts) {
    const isWritten = Buffer.byteLength(text) <= pageBytes && isNewFile(path, text);
    if (!isWritten) writeWhole(path, text);
  }
}

function isNewFile(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** As `writeWhole`, and after a power cut the new name is there as well as the text. */
export function writeForGood(path: string, text: string): void {
  writeWhole(path, text, { flush: true });
  flushFolder(dirname(path));
}

/** What was renamed, made or removed in it stays so after a power cut. */
export function flushFolder(path: string): void {
  // Windows has no way to say so, and keeps names by itself.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Always a new file: one that is there was left by somebody who was killed, or is a link, and what
 * it leads to would be written over. The folder is nearly always there: it is made when it is not.
 */
function writeDraft(path: string, text: string | Uint8Array, options: object): void {
  const anew = { ...options, flag: 'wx' };
  try {
    writeFileSync(path, text, anew);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') ensureFolder(dirname(path));
    else if (code === 'EEXIST') rmSync(path, { force: true });
    else throw error;
    writeFileSync(path, text, anew);
  }
}

/** Step by step: Node's own `recursive` never comes back from a place like /proc. */
export function ensureFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    ensureFolder(dirname(path));
    makeIfMissing(path);
  }
}

/** Somebody else may have made it meanwhile. */
function makeIfMissing(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

interface Complaint {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const elsewhere = 'change its permissions, or choose another place with --home';
const notAllowed = { code: 'home.unwritable', what: 'it is not allowed', hint: elsewhere };
const inTheWay = { ...notAllowed, what: 'there is a file where a folder should be' };
const folderInTheWay = { ...notAllowed, what: 'there is a folder where a file should be' };
const isFull = {
  code: 'home.disk-full',
  what: 'the disk is full',
  hint: 'free some space, or choose another place with --home',
};

const complaints: Readonly<Record<string, Complaint>> = {
  EACCES: notAllowed,
  EPERM: notAllowed,
  ENOENT: notAllowed,
  EROFS: { ...notAllowed, what: 'its disk can only be read' },
  ENOSPC: isFull,
  EDQUOT: { ...isFull, what: 'your share of the disk is used up' },
  ENOTDIR: inTheWay,
  EEXIST: inTheWay,
  EISDIR: folderInTheWay,
  ERR_FS_EISDIR: folderInTheWay,
};

/** What the system complains of, as a person's mistake; anything else stays what it is. */
export function unwritable(path: string, error: unknown): unknown {
  const { code: errno = '', message } = error as NodeJS.ErrnoException;
  const complaint = complaints[errno];
  if (complaint === undefined) return error;
  const { code, what, hint } = complaint;
  return new UserError(code, `${path} can't be written: ${what} (${message})`, hint);
}
