/** Writes to a disk that may be full, read-only or somebody else's, and says so to a person. */
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../kernel/user-error.ts';

/** Readers see the old file or the new one, never a part. `flush`: also after a power cut. */
export async function writeWhole(
  path: string,
  text: string,
  options: { readonly mode?: number; readonly flush?: boolean } = {},
): Promise<void> {
  const draft = `${path}.draft`;
  try {
    await ensureFolder(dirname(path));
    await writeFile(draft, text, options);
    await rename(draft, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Step by step: Node's own `recursive` never comes back from a place like /proc. */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await ensureFolder(dirname(path));
    await mkdir(path).catch(tolerateFolder);
  }
}

/** Somebody else made it meanwhile. */
function tolerateFolder(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

interface Complaint {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const elsewhere = 'change its permissions, or choose another place with --home';
const notAllowed = { code: 'home.unwritable', what: 'it is not allowed', hint: elsewhere };
const inTheWay = { ...notAllowed, what: 'there is a file where a folder should be' };
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
};

/** What the system complains of, as a person's mistake; anything else stays what it is. */
export function unwritable(path: string, error: unknown): unknown {
  const { code: errno = '', message } = error as NodeJS.ErrnoException;
  const complaint = complaints[errno];
  if (complaint === undefined) return error;
  const { code, what, hint } = complaint;
  return new UserError(code, `${path} can't be written: ${what} (${message})`, hint);
}
