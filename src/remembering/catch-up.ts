/**
 * Brings memory up to date with the folders of all runs: what ended and is not remembered yet.
 *
 * The runs' folders are the journal of memory: whoever is killed before a task was remembered, or
 * ends without having had the time, has lost nothing. A folder that has not changed since it was
 * read to its end is not read again.
 */
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runId } from '../../machines/ids.ts';
import type { FinishedTask, Memory } from '../../memory/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { taskFinder } from '../past/standing.ts';
import type { PlanTask } from '../plan/plan.ts';
import { type RunFolder, type RunOrder, readOrder, runFolder, runsFolder } from '../runs/folder.ts';
import { forgottenIn } from '../runs/forgotten.ts';
import type { TaskResult } from '../runs/results.ts';
import { finishedOf } from './finished.ts';

export interface CatchUp {
  readonly home: string;
  readonly memory: Memory;
  readonly clock: Clock;
  /** Called after each batch, with how many were remembered so far. */
  readonly onProgress?: (remembered: number) => void;
  /** Asked between batches: true ends it early, with nothing lost. */
  readonly isOver?: () => boolean;
}

const batchMax = 256;
/** A folder that changed so lately may change again within the same tick of its disk's clock. */
const settledMs = 1_000;

/** Answers how many were remembered. */
export async function catchUp(options: CatchUp): Promise<number> {
  const seen = options.memory.sources();
  let remembered = 0;
  for (const folder of folders(options.home)) {
    const changedMs = changeOf(folder);
    if (changedMs === null || seen.get(folder.id) === String(changedMs)) continue;
    remembered += await readRun(folder, remembered, options);
    if (options.isOver?.()) break;
    const isSettled = options.clock.now() - changedMs > settledMs;
    if (isSettled) options.memory.noteSource(folder.id, String(changedMs));
  }
  return remembered;
}

async function readRun(folder: RunFolder, before: number, options: CatchUp): Promise<number> {
  const { memory, clock, onProgress, isOver } = options;
  const order = await readOrder(folder).catch(() => null);
  if (order === null) return 0;
  const names = freshResults(folder, memory);
  const reader = new ResultReader(folder, order);
  let count = 0;
  for (let at = 0; at < names.length && !isOver?.(); at += batchMax) {
    const tasks: FinishedTask[] = [];
    for (const name of names.slice(at, at + batchMax)) {
      const task = await reader.read(name);
      if (task) tasks.push(task);
    }
    await memory.remember(tasks);
    count += tasks.length;
    onProgress?.(before + count);
    await clock.breathe();
  }
  return count;
}

function folders(home: string): readonly RunFolder[] {
  try {
    return readdirSync(runsFolder(home)).map((name) => runFolder(home, runId(name)));
  } catch {
    return [];
  }
}

/** Null when there are no results. */
function changeOf({ results }: RunFolder): number | null {
  return statSync(results, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

const ending = '.json';

function freshResults(folder: RunFolder, memory: Memory): readonly string[] {
  const known = memory.known(folder.id);
  const isForgotten = forgottenIn(folder);
  const names = readdirSync(folder.results).filter((name) => name.endsWith(ending));
  const tasks = names.map((name) => name.slice(0, -ending.length));
  return tasks.filter((task) => !known.has(task) && !isForgotten(task));
}

class ResultReader {
  readonly #folder: RunFolder;
  readonly #order: RunOrder;
  readonly #roles;
  readonly #taskOf: (id: string) => PlanTask | undefined;

  constructor(folder: RunFolder, order: RunOrder) {
    this.#folder = folder;
    this.#order = order;
    this.#taskOf = taskFinder(folder, order);
    this.#roles = new Map(order.plan.roles.map((role) => [role.name, role]));
  }

  /** Null for what is not to be remembered, is not there any more, or is damaged. */
  async read(name: string): Promise<FinishedTask | null> {
    const task = this.#taskOf(name);
    const role = task && this.#roles.get(task.role);
    if (!task || !role || task.memory === 'off') return null;
    try {
      const path = join(this.#folder.results, `${name}${ending}`);
      const finishedAt = Math.round(statSync(path).mtimeMs);
      // What a fork took along is remembered as that of the run that it comes from.
      if (this.#order.forkedFrom && finishedAt < this.#order.orderedAt) return null;
      const result = JSON.parse(await readFile(path, 'utf8')) as TaskResult;
      const [folder, order] = [this.#folder, this.#order];
      return await finishedOf({ folder, order, task, role, result, finishedAt });
    } catch {
      return null;
    }
  }
}
