/** What a task was told of the past, in a file of its own beside its result. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './disk.ts';
import type { RunFolder } from './folder.ts';

/** One task of the past that its prompt began with. */
export interface Recalled {
  readonly run_id: string;
  readonly task_id: string;
  /** From 0 to 1, 1 for the same words. */
  readonly score: number;
  /** Milliseconds since the epoch. */
  readonly finished_at: number;
  /** Whether anything but its own word said that it was done. */
  readonly verified: boolean;
  readonly why: string;
}

/** Told while the run goes on. */
export interface TaskRecall {
  readonly task: string;
  readonly recalled: readonly Recalled[];
}

const pathOf = ({ path }: RunFolder, task: string): string =>
  join(path, 'recalled', `${task}.json`);

export function writeRecalled(folder: RunFolder, { task, recalled }: TaskRecall): void {
  mkdirSync(join(folder.path, 'recalled'), { recursive: true });
  writeWhole(pathOf(folder, task), `${JSON.stringify(recalled, null, 2)}\n`);
}

/** Empty for a task that was told of nothing. */
export function readRecalled(folder: RunFolder, task: string): readonly Recalled[] {
  const path = pathOf(folder, task);
  // To be told so by an error costs more than all else that a short task does.
  if (!existsSync(path)) return [];
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as readonly Recalled[];
  } catch {
    return [];
  }
}
