/**
 * A sketch is a run that was begun only to show what would be done. Until somebody goes on with it,
 * `latest` passes it over and means the run before it.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Place {
  /** Of the run's folder; absolute. */
  readonly path: string;
}

const markOf = ({ path }: Place): string => join(path, 'sketch');

export const isSketch = (folder: Place): boolean => existsSync(markOf(folder));

export function noteSketch(folder: Place): void {
  writeFileSync(markOf(folder), '');
}

/** Somebody goes on with it. */
export function forgetSketch(folder: Place): void {
  rmSync(markOf(folder), { force: true });
}
