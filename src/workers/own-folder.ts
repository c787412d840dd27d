/**
 * A folder that one process has under a home, as long as it lives.
 *
 * Owns: the folder, by a lock in it. Invariant: the folder of a process that was killed is found by
 * the next one that looks; one whose process lives is not.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockOwner, takeLock } from '../journal/lock.ts';
import { type Random, randomName } from '../kernel/random.ts';

export interface OwnFolder {
  /** Absolute. */
  readonly path: string;
  /** It is nobody's any more: whoever looks next finds it. */
  letGo(): void;
}

export function takeOwnFolder(all: string, random: Random): OwnFolder {
  const path = join(all, `${process.pid}-${randomName(random, 10)}`);
  const lock = takeLock(path);
  return { path, letGo: () => lock.release() };
}

/** What is left of processes that were killed, or has been let go. */
export function nobodysFoldersIn(all: string): readonly string[] {
  const names = namesIn(all).filter((name) => !isOwned(join(all, name), name));
  return names.map((name) => join(all, name));
}

/** Between its making and its lock there is only the number of the process in its name. */
function isOwned(path: string, name: string): boolean {
  if (lockOwner(path) !== null) return true;
  const isBare = namesIn(path).every((each) => !/^lock\.\d+$/.test(each));
  return isBare && isAlive(Number.parseInt(name, 10));
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
