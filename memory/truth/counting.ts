/** What is remembered, in numbers. */
import type { Worth } from '../manager/value.ts';
import type { Database } from './database.ts';

export interface Counts {
  readonly tasks: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly runs: number;
  readonly superseded: number;
  readonly pinned: number;
  /** Of the database. */
  readonly bytes: number;
}

export function countAll(database: Database): Counts {
  const sql = `SELECT count(*), sum(outcome = 'succeeded'), sum(outcome = 'failed'),
    sum(outcome = 'cancelled'), count(DISTINCT run_id), sum(superseded_by IS NOT NULL), sum(pinned)
    FROM tasks`;
  const row = database.row<readonly (number | null)[]>(sql) ?? [];
  const [tasks, succeeded, failed, cancelled, runs, superseded, pinned] = row.map((n) => n ?? 0);
  return {
    ...{ tasks: tasks ?? 0, succeeded: succeeded ?? 0, failed: failed ?? 0 },
    ...{ cancelled: cancelled ?? 0, runs: runs ?? 0 },
    ...{ superseded: superseded ?? 0, pinned: pinned ?? 0 },
    bytes: sizeOf(database),
  };
}

function sizeOf(database: Database): number {
  const [pages] = database.row<[number]>('PRAGMA page_count') ?? [0];
  const [bytes] = database.row<[number]>('PRAGMA page_size') ?? [0];
  return pages * bytes;
}

/** How the tasks of one kind went. */
export interface Course {
  readonly tasks: number;
  /** Null without any task. */
  readonly success: number | null;
  readonly attempts: number | null;
  readonly duration_ms: number | null;
  readonly cost_usd: number | null;
}

/** Tasks whose prompt was begun with what is remembered, beside the others of the same roles. */
export function compareRecall(database: Database): {
  readonly told: Course;
  readonly others: Course;
} {
  const told = '(run_id, task_id) IN (SELECT run_id, task_id FROM recalls)';
  const roles = `role IN (SELECT role FROM tasks WHERE ${told})`;
  return {
    told: courseOf(database, told),
    others: courseOf(database, `NOT ${told} AND ${roles}`),
  };
}

function courseOf(database: Database, where: string): Course {
  const sql = `SELECT count(*), avg(outcome = 'succeeded'), avg(attempts), avg(duration_ms),
    avg(cost_usd) FROM tasks WHERE ${where}`;
  const row = database.row<[number, ...(number | null)[]]>(sql);
  const [tasks = 0, success = null, attempts = null, duration = null, cost = null] = row ?? [];
  return { tasks, success, attempts, duration_ms: duration, cost_usd: cost };
}

/** Of every task, what its worth is judged by. */
export function readWorths(database: Database): readonly Worth[] {
  const sql = `SELECT id, run_id, task_id, outcome, superseded_by IS NOT NULL, pinned,
    (SELECT count(*) FROM recalls WHERE source = id), finished_at FROM tasks`;
  type Row = [number, string, string, string, number, number, number, number];
  return database
    .rows<Row>(sql)
    .map(([id, runId, taskId, outcome, superseded, pinned, uses, finishedAt]) => ({
      ...{ id, runId, taskId, outcome, uses, finishedAt },
      isSuperseded: superseded === 1,
      isPinned: pinned === 1,
    }));
}

export function countForeign(database: Database, embedder: string): number {
  const sql = 'SELECT count(*) FROM traces WHERE embedder <> ?';
  return database.row<[number]>(sql, embedder)?.[0] ?? 0;
}
