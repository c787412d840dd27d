/** The finished tasks in the database: kept once, read by id, taken out for good. */
import { createHash } from 'node:crypto';
import type { Trace } from '../search/trace.ts';
import type { Database, Value } from './database.ts';
import type { FinishedTask, Outcome, TaskMemory } from './task-memory.ts';

/** A task with what it is compared by. */
export interface Memorable {
  readonly task: FinishedTask;
  readonly embedder: string;
  readonly packed: Buffer;
  readonly hashes: Uint32Array;
}

const columns =
  'id, run_id, task_id, role, adapter, outcome, prompt, solution, fault, evidence, files, ' +
  'git_commit, cost_usd, duration_ms, attempts, finished_at, superseded_by, pinned';

type Row = readonly [
  ...[id: number, runId: string, taskId: string, role: string, adapter: string, outcome: string],
  ...[prompt: string, solution: string, fault: string | null, evidence: string, files: string],
  ...[gitCommit: string | null, costUsd: number | null, durationMs: number, attempts: number],
  ...[finishedAt: number, supersededBy: number | null, pinned: number],
];

/** All of them are safe when this returns. Those that are known or were forgotten stay as such. */
export function keepTasks(database: Database, tasks: readonly Memorable[], now: number): number {
  return database.write(() => tasks.filter((each) => keepTask(database, each, now)).length);
}

/** Within a transaction. Answers its id; null for one that is known, archived or forgotten. */
export function keepTask(
  database: Database,
  { task, embedder, packed, hashes }: Memorable,
  now: number,
): number | null {
  if (isElsewhere(database, task)) return null;
  const likeness = likenessOf(task.prompt);
  if (database.run(insert, ...valuesOf(task), now, likeness) === 0) return null;
  const [id] = database.row<[number]>('SELECT last_insert_rowid()') as [number];
  keepTrace(database, { id, embedder, packed, hashes });
  if (task.outcome === 'succeeded') database.run(supersede, id, likeness, id, task.finishedAt);
  database.run(giveWay, likeness, id, task.finishedAt, id);
  return id;
}

function keepTrace(database: Database, { id, embedder, packed, hashes }: Trace): void {
  const likeness = likenessOfVector(embedder, packed);
  const sql = 'SELECT id FROM traces WHERE likeness = ? AND twin_of IS NULL';
  const [twin = null] = database.row<[number]>(sql, likeness) ?? [];
  const row = [id, embedder, packed, bytesOf(hashes), likeness, twin] as const;
  database.run('INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?)', ...row);
}

const insert = `
  INSERT INTO tasks (run_id, task_id, role, adapter, outcome, prompt, solution, fault, evidence,
    files, git_commit, cost_usd, duration_ms, attempts, finished_at, remembered_at, likeness)
  VALUES (${Array(17).fill('?').join(', ')})
  ON CONFLICT (run_id, task_id) DO NOTHING`;

/** Of those that were asked the same, the one that succeeded last counts, whoever is kept first. */
const supersede = `
  UPDATE tasks SET superseded_by = ?
  WHERE likeness = ? AND id <> ? AND finished_at <= ? AND superseded_by IS NULL`;

const giveWay = `
  UPDATE tasks SET superseded_by = (
    SELECT id FROM tasks
    WHERE likeness = ? AND id <> ? AND outcome = 'succeeded' AND finished_at > ?
    ORDER BY finished_at LIMIT 1)
  WHERE id = ? AND superseded_by IS NULL`;

function valuesOf(task: FinishedTask): readonly Value[] {
  const { runId, taskId, role, adapter, outcome, prompt, solution, fault } = task;
  const evidence = JSON.stringify(task.evidence);
  const files = JSON.stringify(task.files);
  const { gitCommit, costUsd, durationMs, attempts, finishedAt } = task;
  return [
    ...[runId, taskId, role, adapter, outcome, prompt, solution, fault, evidence, files],
    ...[gitCommit, costUsd, durationMs, attempts, finishedAt],
  ];
}

/** The same for the same vectors of the same embedder. */
export function likenessOfVector(embedder: string, packed: Buffer): string {
  return `${embedder} ${sumOf(packed)}`;
}

/** The same for prompts that differ in spaces and letter case only. */
function likenessOf(prompt: string): string {
  return sumOf(prompt.toLowerCase().replace(/\s+/g, ' ').trim());
}

function sumOf(content: string | Buffer): string {
  return createHash('sha1').update(content).digest('base64').slice(0, 16);
}

function isElsewhere(database: Database, { runId, taskId }: FinishedTask): boolean {
  const found = `SELECT 1 FROM forgotten WHERE run_id = ?1 AND task_id = ?2
    UNION ALL SELECT 1 FROM archived WHERE run_id = ?1 AND task_id = ?2`;
  return database.row(found, runId, taskId) !== null;
}

/** Those that are remembered, in any order. */
export function readTasks(database: Database, ids: readonly number[]): readonly TaskMemory[] {
  const sql = `SELECT ${columns} FROM tasks WHERE id IN (SELECT value FROM json_each(?))`;
  return database.rows<Row>(sql, JSON.stringify(ids)).map(taskOf);
}

/** In the order of their ids, a page at a time. */
export function tasksAfter(database: Database, id: number, count: number): readonly TaskMemory[] {
  const sql = `SELECT ${columns} FROM tasks WHERE id > ? ORDER BY id LIMIT ?`;
  return database.rows<Row>(sql, id, count).map(taskOf);
}

/** By a run's task, by a run, or by words that stand in what is kept of them. */
export function tasksMeant(database: Database, words: string): readonly TaskMemory[] {
  const { runId, taskId } = nameIn(words);
  const named = tasksOfRun(database, runId).filter((task) => !taskId || task.taskId === taskId);
  if (named.length > 0) return named;
  const text = "lower(prompt || ' ' || solution || ' ' || coalesce(fault, ''))";
  const sql = `SELECT ${columns} FROM tasks WHERE instr(${text}, lower(?)) > 0 ORDER BY id`;
  return database.rows<Row>(sql, words.trim()).map(taskOf);
}

/** `run` or `run/task`, if it is a name at all. */
export function nameIn(words: string): { readonly runId: string; readonly taskId: string } {
  const [runId = '', taskId = ''] = words.trim().split('/');
  return { runId, taskId };
}

export function tasksOfRun(database: Database, runId: string): readonly TaskMemory[] {
  const sql = `SELECT ${columns} FROM tasks WHERE run_id = ? ORDER BY id`;
  return database.rows<Row>(sql, runId).map(taskOf);
}

/** Which tasks of a run need not be looked at: they are remembered, archived, or forgotten. */
export function knownTasks(database: Database, runId: string): ReadonlySet<string> {
  const sql = ['tasks', 'archived', 'forgotten']
    .map((table) => `SELECT task_id FROM ${table} WHERE run_id = ?1`)
    .join(' UNION ');
  return new Set(database.rows<[string]>(sql, runId).map(([task]) => task));
}

export function countTasks(database: Database): number {
  return database.row<[number]>('SELECT count(*) FROM traces')?.[0] ?? 0;
}

/** Of those that are remembered or archived, in any order. */
export function namesOf(database: Database, ids: readonly number[]) {
  const wanted = 'WHERE id IN (SELECT value FROM json_each(?1))';
  const sql = `SELECT run_id, task_id FROM tasks ${wanted}
    UNION ALL SELECT run_id, task_id FROM archived ${wanted}`;
  const rows = database.rows<[string, string]>(sql, JSON.stringify(ids));
  return rows.map(([runId, taskId]) => ({ runId, taskId }));
}

/** Answers how many there were, archived ones too. They are not remembered again. */
export function forgetTasks(database: Database, ids: readonly number[]): number {
  return database.write(() => {
    let archived = 0;
    for (const id of ids) {
      for (const table of ['tasks', 'archived']) {
        const sql = `SELECT run_id, task_id FROM ${table} WHERE id = ?`;
        database.run(`INSERT OR IGNORE INTO forgotten ${sql}`, id);
      }
      archived += database.run('DELETE FROM archived WHERE id = ?', id);
    }
    return archived + removeTasks(database, ids);
  });
}

/** Within a transaction. Without a mark: the same task may be remembered again. */
export function removeTasks(database: Database, ids: readonly number[]): number {
  let count = 0;
  for (const id of ids) {
    const heir = inherit(database, id);
    const removed = database.run('DELETE FROM tasks WHERE id = ?', id);
    if (removed > 0) database.run('INSERT INTO gone (id, heir) VALUES (?, ?)', id, heir);
    count += removed;
  }
  return count;
}

/** Within a transaction. The oldest of its twins stands for the others from now on. */
export function inherit(database: Database, id: number): number | null {
  const sql = 'SELECT min(id) FROM traces WHERE twin_of = ?';
  const [heir = null] = database.row<[number | null]>(sql, id) ?? [];
  if (heir === null) return null;
  database.run('UPDATE traces SET twin_of = ? WHERE twin_of = ?', heir, id);
  database.run('UPDATE traces SET twin_of = NULL WHERE id = ?', heir);
  return heir;
}

/** Of each, the newest of those that have its very vector. */
export function twinsOf(database: Database, ids: readonly number[], countMax: number) {
  const sql = `SELECT twin_of, id FROM traces WHERE id IN (
    SELECT twin.id FROM json_each(?1) AS first, traces AS twin
    WHERE twin.id IN (
      SELECT id FROM traces WHERE twin_of = first.value ORDER BY id DESC LIMIT ?2))`;
  return database.rows<[number, number]>(sql, JSON.stringify(ids), countMax);
}

/** Those of an embedder that are nobody's twins, in the order of their ids. */
export function firstsAfter(
  database: Database,
  id: number,
  embedder: string,
  count: number,
): readonly Trace[] {
  const sql = `SELECT id, embedder, packed, hashes FROM traces
    WHERE id > ? AND embedder = ? AND twin_of IS NULL ORDER BY id LIMIT ?`;
  return database.rows<TraceRow>(sql, id, embedder, count).map(traceOf);
}

/** In any order. */
export function readTraces(database: Database, ids: readonly number[]): readonly Trace[] {
  const sql = `SELECT id, embedder, packed, hashes FROM traces
    WHERE id IN (SELECT value FROM json_each(?))`;
  return database.rows<TraceRow>(sql, JSON.stringify(ids)).map(traceOf);
}

type TraceRow = readonly [id: number, embedder: string, packed: Buffer, hashes: Buffer];

/** In the order of their ids. */
export function tracesAfter(database: Database, id: number, count: number): readonly Trace[] {
  const sql = 'SELECT id, embedder, packed, hashes FROM traces WHERE id > ? ORDER BY id LIMIT ?';
  return database.rows<TraceRow>(sql, id, count).map(traceOf);
}

/** The first from this id on that is nobody's twin. */
export function traceFrom(database: Database, id: number, embedder: string): Trace | null {
  const sql = `SELECT id, embedder, packed, hashes FROM traces
    WHERE id >= ? AND embedder = ? AND twin_of IS NULL ORDER BY id LIMIT 1`;
  const row = database.row<TraceRow>(sql, id, embedder);
  return row && traceOf(row);
}

export interface Gone {
  /** Counts what was ever taken out. */
  readonly count: number;
  readonly id: number;
  /** Who stands for its twins now; null when it had none. */
  readonly heir: number | null;
}

export function goneAfter(database: Database, count: number): readonly Gone[] {
  const sql = 'SELECT count, id, heir FROM gone WHERE count > ? ORDER BY count';
  const rows = database.rows<[number, number, number | null]>(sql, count);
  return rows.map(([at, id, heir]) => ({ count: at, id, heir }));
}

function traceOf([id, embedder, packed, hashes]: TraceRow): Trace {
  return { id, embedder, packed, hashes: hashesIn(hashes) };
}

function bytesOf(hashes: Uint32Array): Buffer {
  return Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
}

/** A view must begin at a multiple of four, and what comes from the database need not. */
export function hashesIn(bytes: Buffer): Uint32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset % 4 === 0) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

function taskOf(row: Row): TaskMemory {
  const [id, runId, taskId, role, adapter, outcome, prompt, solution, fault] = row;
  const [evidence, files, gitCommit, costUsd, durationMs, attempts, finishedAt] = row.slice(9) as [
    ...[string, string, string | null, number | null, number, number, number],
  ];
  return {
    ...{ id, runId, taskId, role, adapter, prompt, solution, fault },
    outcome: outcome as Outcome,
    evidence: JSON.parse(evidence) as TaskMemory['evidence'],
    files: JSON.parse(files) as TaskMemory['files'],
    ...{ gitCommit, costUsd, durationMs, attempts, finishedAt },
    supersededBy: row[16],
    pinned: row[17] === 1,
  };
}
