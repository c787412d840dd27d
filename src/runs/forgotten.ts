/**
 * Which tasks of a run a person has had forgotten: a mark in the run's own folder, so that nobody
 * who reads the folder again, with whatever is lost elsewhere, takes them in once more.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeForGood } from './disk.ts';
import type { RunFolder } from './folder.ts';

const marksSchema = z.object({ v: z.literal(1), tasks: z.array(z.string()) });

const pathOf = ({ path }: Pick<RunFolder, 'path'>): string => join(path, 'forgotten.json');

/** Of a damaged file nobody knows what it said: then all of them count as forgotten. */
export function forgottenIn(folder: RunFolder): (task: string) => boolean {
  const marks = readMarks(folder);
  return (task) => marks === 'damaged' || marks.has(task);
}

/** A run whose folder is gone needs no mark. */
export function noteForgotten(folder: RunFolder, tasks: readonly string[]): void {
  const marks = readMarks(folder);
  if (!existsSync(folder.path) || marks === 'damaged') return;
  const all = [...new Set([...marks, ...tasks])].sort();
  writeForGood(pathOf(folder), `${JSON.stringify({ v: 1, tasks: all })}\n`);
}

function readMarks(folder: RunFolder): ReadonlySet<string> | 'damaged' {
  const path = pathOf(folder);
  if (!existsSync(path)) return new Set();
  try {
    return new Set(marksSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).tasks);
  } catch {
    return 'damaged';
  }
}
