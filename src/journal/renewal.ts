/**
 * Lets a journal begin anew from a stored system, under a header of its own; what was written until
 * then stays beside it, as `journal-to-N.jsonl`, for those who can still read it.
 *
 * Invariant: at every instant one whole journal is there under its name. A crash on the way leaves
 * the old one, or the new one with what it begins from. Only for whoever holds the folder's lock.
 */
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredSystem } from '../kernel/log.ts';
import { journalName } from './pages.ts';
import type { Header } from './reading.ts';
import { encodeRecord } from './record.ts';
import { dropSnapshot, syncFolder, writeBase } from './snapshot.ts';

/** Answers how long the header is. */
export async function renew(folder: string, header: Header, system: StoredSystem): Promise<number> {
  const [path, kept] = [join(folder, journalName), join(folder, `journal-to-${system.n}.jsonl`)];
  const line = encodeRecord(header);
  await writeBase(folder, system);
  rmSync(kept, { force: true });
  linkSync(path, kept);
  writeSafely(`${path}.draft`, line);
  renameSync(`${path}.draft`, path);
  syncFolder(folder);
  // It speaks of places in the old one.
  dropSnapshot(folder);
  return Buffer.byteLength(line);
}

function writeSafely(path: string, text: string): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
