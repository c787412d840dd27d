/** Reads, writes and lists files inside of one folder, in bounds: for agents without hands. */
import { constants } from 'node:fs';
import { mkdir, open, opendir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../faults.ts';
import { confine, isOfGit } from './confined.ts';

/** What came of a tool, in words for the model. */
export interface Done {
  readonly how: 'succeeded' | 'failed' | 'denied';
  readonly text: string;
}

export const done = (text: string): Done => ({ how: 'succeeded', text });
export const notDone = (text: string): Done => ({ how: 'failed', text });

/** Of one answer; a longer file is read in pieces. */
const readMaxBytes = 64 * 1024;
const writeMaxBytes = 4 * 1024 * 1024;
const entriesMax = 1_000;

export interface Piece {
  readonly path: string;
  /** The first line, from 1. */
  readonly line?: number | undefined;
  readonly lines?: number | undefined;
}

export async function readPiece(root: string, { path, line = 1, lines }: Piece): Promise<Done> {
  const text = await readWhole(root, path);
  if (text.how !== 'succeeded') return text;
  const rows = text.text.split('\n');
  const wanted = rows.slice(line - 1, lines === undefined ? undefined : line - 1 + lines);
  const piece = wanted.join('\n');
  if (Buffer.byteLength(piece) <= readMaxBytes) return done(piece);
  const shown = Buffer.from(piece).subarray(0, readMaxBytes).toString('utf8');
  const shownLines = shown.split('\n').length;
  return done(`${shown}\n[cut here: go on with line ${line + shownLines - 1} of ${rows.length}]`);
}

/** The whole text of a file, however long; bytes that are no text are replaced. */
export async function readWhole(root: string, path: string): Promise<Done> {
  const at = await confine(root, path);
  if (at.kind === 'refused') return notDone(at.message);
  return withFile(at.path, constants.O_RDONLY, async (file) => {
    const { size } = await file.stat();
    if (size > 16 * writeMaxBytes) return notDone(`"${path}" has ${size} bytes: look with run`);
    return done(await file.readFile('utf8'));
  });
}

export async function writeWhole(root: string, path: string, content: string): Promise<Done> {
  const bytes = Buffer.byteLength(content);
  if (bytes > writeMaxBytes) return notDone(`${bytes} bytes are more than ${writeMaxBytes}`);
  const at = await confine(root, path);
  if (at.kind === 'refused') return notDone(at.message);
  if (isOfGit(at.name)) return notDone(`"${path}" belongs to git and is not written by hand`);
  const flags = constants.O_WRONLY | constants.O_CREAT;
  return withFile(at.path, flags, async (file) => {
    await file.truncate();
    await file.writeFile(content);
    return done(`${bytes} bytes written to ${at.name}`);
  });
}

/** `old` must stand there once: anything else would be a guess. */
export async function replaceIn(
  root: string,
  path: string,
  { old, fresh }: { readonly old: string; readonly fresh: string },
): Promise<Done> {
  const found = await readWhole(root, path);
  if (found.how !== 'succeeded') return found;
  const count = old === '' ? 0 : found.text.split(old).length - 1;
  if (count === 1)
    return writeWhole(
      root,
      path,
      found.text.replace(old, () => fresh),
    );
  return notDone(`the text to replace stands ${count} times in "${path}", and not once`);
}

export async function listFolder(root: string, path: string): Promise<Done> {
  const at = await confine(root, path);
  if (at.kind === 'refused') return notDone(at.message);
  try {
    const names: string[] = [];
    for await (const entry of await opendir(at.path)) {
      if (names.length === entriesMax) return done(`${names.sort().join('\n')}\n[and more]`);
      names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
    }
    return done(names.length === 0 ? '[empty]' : names.sort().join('\n'));
  } catch (error) {
    return notDone(messageOf(error));
  }
}

type File = Awaited<ReturnType<typeof open>>;

/** A pipe or a device would be waited for for ever: only plain files are read or written. */
async function withFile(
  path: string,
  flags: number,
  use: (file: File) => Promise<Done>,
): Promise<Done> {
  try {
    if (flags & constants.O_CREAT) await mkdir(dirname(path), { recursive: true });
    // The path holds no link any more: one that came since is not followed.
    const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return notDone(`"${path}" is no plain file`);
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    return notDone(messageOf(error));
  }
}
