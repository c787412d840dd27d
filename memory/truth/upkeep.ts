/** What the manager reads and notes of tasks: pins, uses, near-duplicates, files that changed. */
import type { Candidate, Past } from '../manager/duplicates.ts';
import type { Use } from '../manager/export-lines.ts';
import type { Sketch } from '../manager/neighbours.ts';
import type { Database } from './database.ts';
import type { TouchedFile } from './task-memory.ts';
import { hashesIn } from './tasks.ts';

/** Answers how many it has changed. */
export function pinTasks(database: Database, ids: readonly number[], pin: 'on' | 'off'): number {
  const sql = `UPDATE tasks SET pinned = ?1
    WHERE id IN (SELECT value FROM json_each(?2)) AND pinned <> ?1`;
  return database.write(() => database.run(sql, pin === 'on' ? 1 : 0, JSON.stringify(ids)));
}

export interface Unchecked {
  readonly id: number;
  readonly files: readonly TouchedFile[];
  readonly gitCommit: string | null;
}

/** Those with files whose last look is the longest ago. */
export function leastChecked(database: Database, before: number, count: number) {
  const sql = `SELECT id, files, git_commit FROM tasks
    WHERE outcome = 'succeeded' AND files <> '[]' AND checked_at < ?
    ORDER BY checked_at, id LIMIT ?`;
  return database
    .rows<[number, string, string | null]>(sql, before, count)
    .map(([id, files, gitCommit]): Unchecked => ({ id, files: JSON.parse(files), gitCommit }));
}

/** `whys`: what is wrong with each, null when it is as it was. */
export function noteChecks(
  database: Database,
  whys: readonly (readonly [id: number, why: string | null])[],
  now: number,
): void {
  const sql = 'UPDATE tasks SET checked_at = ?, stale_why = ? WHERE id = ?';
  database.write(() => {
    for (const [id, why] of whys) database.run(sql, now, why, id);
  });
}

type SketchRow = readonly [
  ...[id: number, finishedAt: number, isGood: number, pinned: number],
  ...[hashes: Buffer, runId: string],
];
type CandidateRow = readonly [
  ...[id: number, prompt: string, outcome: string],
  ...[embedder: string, packed: Buffer, hashes: Buffer],
];

const sketchesAtOnce = 2_000;

/** Page by page: however many there are, few are in memory. */
export function pastIn(database: Database, live: ReadonlySet<string>): Past {
  const told = toldTo(database, live);
  return {
    sketches: () => sketchesIn(database, live, told),
    candidates: (ids) => candidatesIn(database, ids),
  };
}

function* sketchesIn(
  database: Database,
  live: ReadonlySet<string>,
  told: ReadonlySet<number>,
): Generator<Sketch> {
  const sql = `SELECT id, finished_at,
    outcome = 'succeeded' AND superseded_by IS NULL AND stale_why IS NULL,
    pinned, traces.hashes, run_id
    FROM tasks JOIN traces USING (id) WHERE id > ? ORDER BY id LIMIT ?`;
  for (let last = 0; ; ) {
    const page = database.rows<SketchRow>(sql, last, sketchesAtOnce);
    for (const [id, finishedAt, isGood, pinned, hashes, runId] of page) {
      const isFree = pinned === 0 && !live.has(runId) && !told.has(id);
      yield { id, finishedAt, isFree, isGood: isGood === 1, hashes: hashesIn(hashes) };
    }
    if (page.length < sketchesAtOnce) return;
    last = page.at(-1)?.[0] ?? last;
  }
}

function candidatesIn(database: Database, ids: readonly number[]): readonly Candidate[] {
  const sql = `SELECT id, prompt, outcome, traces.embedder, traces.packed, traces.hashes
    FROM tasks JOIN traces USING (id) WHERE id IN (SELECT value FROM json_each(?))`;
  return database.rows<CandidateRow>(sql, JSON.stringify(ids)).map((row): Candidate => {
    const [id, prompt, outcome, embedder, packed, hashes] = row;
    return { id, prompt, outcome, embedder, packed, hashes: hashesIn(hashes) };
  });
}

function toldTo(database: Database, live: ReadonlySet<string>): ReadonlySet<number> {
  const sql = 'SELECT source FROM recalls WHERE run_id IN (SELECT value FROM json_each(?))';
  return new Set(database.rows<[number]>(sql, JSON.stringify([...live])).map(([id]) => id));
}

/** Who was told of what was merged counts as told of what is left. */
export function inheritUses(database: Database, from: readonly number[], to: number): void {
  const ids = JSON.stringify(from);
  const sql = `INSERT OR IGNORE INTO recalls SELECT run_id, task_id, ?, recalled_at FROM recalls
    WHERE source IN (SELECT value FROM json_each(?))`;
  database.write(() => database.run(sql, to, ids));
}

export function usesOf(database: Database, id: number): readonly Use[] {
  const sql = 'SELECT run_id, task_id, recalled_at FROM recalls WHERE source = ?';
  const rows = database.rows<[string, string, number]>(sql, id);
  return rows.map(([runId, taskId, at]) => ({ runId, taskId, at }));
}

/** Within a transaction. */
export function keepUses(database: Database, source: number, uses: readonly Use[]): void {
  for (const { runId, taskId, at } of uses) {
    const sql = 'INSERT OR IGNORE INTO recalls VALUES (?, ?, ?, ?)';
    database.run(sql, runId, taskId, source, at);
  }
}
