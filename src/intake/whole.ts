/** Reads back what was written whole; what a person has spoiled is put aside, and no obstacle. */
import { existsSync, readFileSync, renameSync } from 'node:fs';

/** Null when there is none. */
export function readWhole(path: string): unknown {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    putAside(path);
    return null;
  }
}

export function putAside(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.unreadable`);
}
