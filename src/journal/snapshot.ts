/**
 * Stored systems beside a journal: `snapshot.json`, the newest one, replaced again and again; and
 * `base-N.json`, what a journal that begins after input N goes on from, which is there for good.
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredSystem } from '../kernel/log.ts';
import { UserError } from '../kernel/user-error.ts';
import { decodeRecord, encodeRecord } from './record.ts';

const snapshotName = 'snapshot.json';
const baseName = (n: number): string => `base-${n}.json`;

interface Snapshot {
  /** Where the first input after it begins. */
  readonly offset: number;
  readonly system: StoredSystem;
}

/** Whether the journal goes on at this place with the input after this one. */
type GoesOn = (offset: number, n: number) => boolean;

/** Null when there is none, or none that can be trusted: then everything is replayed. */
export function readSnapshot(folder: string, journalBytes: number, goesOn: GoesOn) {
  try {
    const snapshot = read(join(folder, snapshotName)) as Snapshot | undefined;
    if (!snapshot) return null;
    // One that was put back from a copy need not belong to this journal.
    const { offset, system } = snapshot;
    const fits = offset < journalBytes ? goesOn(offset, system.n) : offset === journalBytes;
    return fits ? snapshot : null;
  } catch {
    return null;
  }
}

export async function writeSnapshot(folder: string, snapshot: Snapshot): Promise<void> {
  await replaceFile(join(folder, snapshotName), encodeRecord(snapshot));
  syncFolder(folder);
}

export function dropSnapshot(folder: string): void {
  rmSync(join(folder, snapshotName), { force: true });
}

/** Null when the journal begins at the start of everything. */
export function readBase(folder: string, after: number): StoredSystem | null {
  if (after === 0) return null;
  const path = join(folder, baseName(after));
  const base = readWhole(path) as { readonly system: StoredSystem } | undefined;
  if (base?.system.n === after) return base.system;
  const message = `${path} can't be read, and its journal begins there`;
  throw new UserError('journal.baseless', message, 'restore the file from a copy');
}

export async function writeBase(folder: string, system: StoredSystem): Promise<void> {
  await replaceFile(join(folder, baseName(system.n)), encodeRecord({ system }));
  syncFolder(folder);
}

function readWhole(path: string): unknown {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}

function read(path: string): unknown {
  // A pipe would be waited for without end.
  if (!statSync(path).isFile()) return undefined;
  return decodeRecord(readFileSync(path).subarray(0, -1));
}

/** The old content or the new one: never a part, and never a draft left behind. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draftPath = `${path}.draft`;
  try {
    const draft = await open(draftPath, 'w');
    try {
      await draft.writeFile(text);
      await draft.sync();
    } finally {
      await draft.close();
    }
    await rename(draftPath, path);
  } catch (error) {
    rmSync(draftPath, { force: true });
    throw error;
  }
}

/** A new name in a folder is only safe once the folder is. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  fsyncSync(file);
  closeSync(file);
}
