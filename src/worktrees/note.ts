/** What is known of a task's worktree from attempt to attempt, beside it on disk. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Written when all that it tells of is there: without it nothing counts as made. */
export interface Note {
  /** What its commit will follow. */
  readonly base: string;
  /** Of the worktree: see `Checkout`. */
  readonly admin: string;
  /** What the last attempt came to; null as long as none was committed. */
  readonly commit: string | null;
  /** What that could not be merged into; null once it is brought together with it, or fits. */
  readonly clash: string | null;
  /** Files that a merge has left with marks in them. */
  readonly conflicts: readonly string[];
}

export async function readNote(path: string): Promise<Note | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Note;
  } catch {
    return null;
  }
}

export async function writeNote(path: string, note: Note): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.draft`, `${JSON.stringify(note)}\n`);
  await rename(`${path}.draft`, path);
}
