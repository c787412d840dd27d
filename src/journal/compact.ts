/**
 * Packs the journal of a run that has ended, to about a tenth, and unpacks it for a new writer.
 *
 * Invariant: at every instant one of the two files is whole and on disk. While both are there the
 * one that was written counts. Only for whoever holds the folder's lock.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { blockBytes, writeBlock } from './blocks.ts';
import { compactedName, journalName, openPages } from './pages.ts';
import { syncFolder } from './snapshot.ts';

export interface Compaction {
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

/** Null when there is nothing to pack. */
export function compact(folder: string): Compaction | null {
  const [plain, packed] = [join(folder, journalName), join(folder, compactedName)];
  const pages = openPages(folder);
  if (!pages) return null;
  try {
    if (pages.path !== plain) return null;
    const sizes = { beforeBytes: 0, afterBytes: 0 };
    replaceFile(packed, folder, (file) => {
      for (const block of blocksOf(pages.read(0))) {
        sizes.beforeBytes += block.length;
        sizes.afterBytes += writeBlock(file, block);
      }
    });
    rmSync(plain);
    return sizes;
  } finally {
    pages.close();
  }
}

/** Does nothing when the journal lies there as it was written. */
export function unpack(folder: string): void {
  const packed = join(folder, compactedName);
  const pages = openPages(folder);
  if (!pages) return;
  try {
    if (pages.path === packed) {
      replaceFile(join(folder, journalName), folder, (file) => {
        for (const block of pages.read(0)) writeSync(file, block);
      });
    }
  } finally {
    pages.close();
  }
  rmSync(packed, { force: true });
}

function replaceFile(path: string, folder: string, fill: (file: number) => void): void {
  const draft = `${path}.draft`;
  const file = openSync(draft, 'w');
  try {
    fill(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(folder);
}

/** Of equal size, whatever the pieces they come in. */
function* blocksOf(pieces: Iterable<Buffer>): Generator<Buffer> {
  let begun: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    begun.push(piece);
    bytes += piece.length;
    if (bytes < blockBytes) continue;
    const all = Buffer.concat(begun);
    const whole = all.length - (all.length % blockBytes);
    for (let at = 0; at < whole; at += blockBytes) yield all.subarray(at, at + blockBytes);
    begun = [all.subarray(whole)];
    bytes = all.length - whole;
  }
  if (bytes > 0) yield Buffer.concat(begun);
}
