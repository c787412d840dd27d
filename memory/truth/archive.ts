/**
 * Tasks that are kept out of the way: not found, not compared, and brought back whole.
 *
 * Invariant: a task is in `tasks` or in `archived` or forgotten, never in two of them: it moves
 * within one transaction.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Database } from './database.ts';
import type { TaskMemory } from './task-memory.ts';
import { keepTask, type Memorable, nameIn, readTasks, removeTasks } from './tasks.ts';

/** A task that is to be archived, and why. */
export interface Leaving {
  readonly id: number;
  readonly why: string;
}

export interface ArchivedTask extends TaskMemory {
  readonly archivedAt: number;
  readonly why: string;
}

/** Answers how many there were. */
export function archiveTasks(database: Database, leaving: readonly Leaving[], now: number): number {
  return database.write(() => archiveWithin(database, leaving, now));
}

/** Within a transaction. */
export function archiveWithin(
  database: Database,
  leaving: readonly Leaving[],
  now: number,
): number {
  const reasons = new Map(leaving.map(({ id, why }) => [id, why]));
  const tasks = readTasks(database, [...reasons.keys()]);
  for (const task of tasks) {
    const row = [task.id, task.runId, task.taskId, now, reasons.get(task.id) ?? ''] as const;
    database.run('INSERT INTO archived VALUES (?, ?, ?, ?, ?, ?)', ...row, packed(task));
  }
  return removeTasks(
    database,
    tasks.map(({ id }) => id),
  );
}

/**
 * Brings them back, under new numbers, so that every index learns of them; what was told of them,
 * and what they superseded, follows. Answers how many.
 */
export function restoreTasks(
  database: Database,
  tasks: readonly (Memorable & { readonly task: ArchivedTask })[],
  now: number,
): number {
  return database.write(() => {
    let count = 0;
    for (const each of tasks) {
      const { id, pinned } = each.task;
      if (database.run('DELETE FROM archived WHERE id = ?', id) === 0) continue;
      const fresh = keepTask(database, each, now);
      if (fresh === null) continue;
      if (pinned) database.run('UPDATE tasks SET pinned = 1 WHERE id = ?', fresh);
      database.run('UPDATE recalls SET source = ? WHERE source = ?', fresh, id);
      database.run('UPDATE tasks SET superseded_by = ? WHERE superseded_by = ?', fresh, id);
      count += 1;
    }
    return count;
  });
}

type Row = readonly [id: number, archivedAt: number, why: string, content: Buffer];

/** All of them, oldest first, a page at a time. */
export function archivedAfter(database: Database, id: number, count: number) {
  const sql = `SELECT id, archived_at, why, content FROM archived
    WHERE id > ? ORDER BY id LIMIT ?`;
  return database.rows<Row>(sql, id, count).map(archivedOf);
}

const pageRows = 1_000;

/** By a run's task, by a run, or by words that stand in what is kept of them. */
export function archivedMeant(database: Database, words: string): readonly ArchivedTask[] {
  const { runId, taskId } = nameIn(words);
  const sql = `SELECT id, archived_at, why, content FROM archived
    WHERE run_id = ?1 AND (?2 = '' OR task_id = ?2) ORDER BY id`;
  const named = database.rows<Row>(sql, runId, taskId).map(archivedOf);
  if (named.length > 0) return named;
  const wanted = words.trim().toLowerCase();
  return allArchived(database).filter(({ prompt, solution, fault }) =>
    [prompt, solution, fault ?? ''].some((text) => text.toLowerCase().includes(wanted)),
  );
}

export function allArchived(database: Database): readonly ArchivedTask[] {
  const all: ArchivedTask[] = [];
  for (let after = 0; ; ) {
    const page = archivedAfter(database, after, pageRows);
    all.push(...page);
    after = page.at(-1)?.id ?? after;
    if (page.length < pageRows) return all;
  }
}

function packed(task: TaskMemory): Buffer {
  return deflateRawSync(JSON.stringify(task));
}

function archivedOf([id, archivedAt, why, content]: Row): ArchivedTask {
  const task = JSON.parse(inflateRawSync(content).toString()) as TaskMemory;
  return { ...task, id, archivedAt, why };
}
