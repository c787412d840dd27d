/** A journal's bytes from a place on, whether it lies there as it was written or compacted. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
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

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
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
