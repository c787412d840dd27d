/** A journal's bytes from a place on, whether it lies there as it was written or compacted. */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../kernel/user-error.ts';
import { readBlocks } from './blocks.ts';
import type { Pages } from './scan.ts';

export const journalName = 'journal.jsonl';
export const compactedName = 'journal.jsonl.gz';

const pageBytes = 1 << 20;

/** Null when there is no journal. While one is being compacted, the one that was written counts. */
export function openPages(folder: string): Pages | null {
  const plain = join(folder, journalName);
  const file = openIfThere(plain);
  if (file !== null) return pagesOf(plain, file, readPlain);
  const compacted = join(folder, compactedName);
  const packed = openIfThere(compacted);
  return packed === null ? null : pagesOf(compacted, packed, readBlocks);
}

/** One that somebody has just compacted is found under its other name. */
export function hasJournal(folder: string): boolean {
  return existsSync(join(folder, journalName)) || existsSync(join(folder, compactedName));
}

type Read = (file: number, start: number, path: string) => Iterable<Buffer>;

function pagesOf(path: string, file: number, read: Read): Pages {
  return { path, read: (start) => read(file, start, path), close: () => closeSync(file) };
}

/** Without a wait: where somebody put a pipe, nobody may ever write into it. Windows has none. */
const readNow = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function openIfThere(path: string): number | null {
  let file: number;
  try {
    file = openSync(path, readNow);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  const message = `${path} can't be read: it is no file`;
  throw new UserError('journal.unreadable', message, 'restore it from a copy');
}

function* readPlain(file: number, start: number): Generator<Buffer> {
  let position = start;
  for (;;) {
    const room = Buffer.allocUnsafe(pageBytes);
    const read = readSync(file, room, 0, pageBytes, position);
    if (read === 0) return;
    position += read;
    yield room.subarray(0, read);
  }
}
