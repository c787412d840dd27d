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
  /** Files of theirs have changed since, as far as was looked. */
  readonly stale: number;
  readonly pinned: number;
  /** Kept out of the way: they are not found until they are restored. */
  readonly archived: number;
  /** Of the database. */
  readonly bytes: number;
}

export function countAll(database: Database): Counts {
  const sql = `SELECT count(*), sum(outcome = 'succeeded'), sum(outcome = 'failed'),
    sum(outcome = 'cancelled'), count(DISTINCT run_id), sum(superseded_by IS NOT NULL), sum(pinned),
    sum(stale_why IS NOT NULL AND superseded_by IS NULL), (SELECT count(*) FROM archived)
    FROM tasks`;
  const row = database.row<readonly (number | null)[]>(sql) ?? [];
  const [tasks = 0, succeeded = 0, failed = 0, cancelled = 0, runs = 0, ...more] = row.map(
    (count) => count ?? 0,
  );
  const [superseded = 0, pinned = 0, stale = 0, archived = 0] = more;
  return {
    ...{ tasks, succeeded, failed, cancelled, runs, superseded, stale, pinned, archived },
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

/**
 * Of every task, what its worth is judged by. `live`: the runs that are under way; what they did
 * and what they were told of stays.
 */
export function readWorths(database: Database, live: ReadonlySet<string>): readonly Worth[] {
  const runs = JSON.stringify([...live]);
  const sql = `SELECT id, run_id, task_id, outcome,
    CASE WHEN superseded_by IS NOT NULL THEN 'superseded'
      WHEN stale_why IS NOT NULL THEN 'stale' ELSE 'holds' END,
    CASE WHEN pinned = 1 THEN 'pinned'
      WHEN run_id IN (SELECT value FROM json_each(?1)) OR id IN (SELECT source FROM recalls
        WHERE run_id IN (SELECT value FROM json_each(?1))) THEN 'live' ELSE 'none' END,
    (SELECT count(*) FROM recalls WHERE source = tasks.id),
    ${bytesSql}, finished_at FROM tasks`;
  type Row = [number, string, string, string, string, string, number, number, number];
  return database
    .rows<Row>(sql, runs)
    .map(([id, runId, taskId, outcome, validity, hold, uses, bytes, finishedAt]) => ({
      ...{ id, runId, taskId, outcome, uses, bytes, finishedAt },
      validity: validity as Worth['validity'],
      hold: hold as Worth['hold'],
    }));
}

/** What a task takes in the database, nearly: its texts, its vector and its terms. */
const bytesSql = `length(CAST(prompt AS BLOB)) + length(CAST(solution AS BLOB)) + length(evidence) +
  length(files) + 400`;

export function countForeign(database: Database, embedder: string): number {
  const sql = 'SELECT count(*) FROM traces WHERE embedder <> ?';
  return database.row<[number]>(sql, embedder)?.[0] ?? 0;
}
