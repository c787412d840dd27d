/** Vectors of another embedder are replaced one by one, and whoever holds a copy can follow. */
import { pack } from '../search/small-vector.ts';
import type { Trace } from '../search/trace.ts';
import type { Database } from './database.ts';
import { inherit, likenessOfVector, readTraces } from './tasks.ts';

export interface Outdated {
  readonly id: number;
  readonly prompt: string;
}

/** Those whose vector is of another embedder, newest first: they are asked for the most. */
export function outdated(database: Database, embedder: string, count: number): readonly Outdated[] {
  const sql = `SELECT id, prompt FROM tasks JOIN traces USING (id)
    WHERE traces.embedder <> ? ORDER BY id DESC LIMIT ?`;
  const rows = database.rows<[number, string]>(sql, embedder, count);
  return rows.map(([id, prompt]) => ({ id, prompt }));
}

/** All of them are safe when this returns; one that was forgotten meanwhile is left out. */
export function renewTraces(
  database: Database,
  embedder: string,
  vectors: readonly (readonly [id: number, vector: Float32Array])[],
): void {
  database.write(() => {
    for (const [id, vector] of vectors) renew(database, embedder, id, pack(vector));
  });
}

function renew(database: Database, embedder: string, id: number, packed: Buffer): void {
  inherit(database, id);
  const likeness = likenessOfVector(embedder, packed);
  const first = 'SELECT id FROM traces WHERE likeness = ? AND twin_of IS NULL AND id <> ?';
  const [twin = null] = database.row<[number]>(first, likeness, id) ?? [];
  const sql = 'UPDATE traces SET embedder = ?, packed = ?, likeness = ?, twin_of = ? WHERE id = ?';
  if (database.run(sql, embedder, packed, likeness, twin, id) === 0) return;
  database.run('INSERT INTO renewed (id) VALUES (?)', id);
}

export interface Renewal {
  /** Counts what was ever renewed. */
  readonly count: number;
  readonly traces: readonly Trace[];
}

/** Null when there is nothing new. What was renewed twice, or is gone, is there once at most. */
export function renewedAfter(database: Database, count: number): Renewal | null {
  const sql = 'SELECT count, id FROM renewed WHERE count > ? ORDER BY count';
  const rows = database.rows<[number, number]>(sql, count);
  const last = rows.at(-1);
  if (!last) return null;
  return {
    count: last[0],
    traces: readTraces(
      database,
      rows.map(([, id]) => id),
    ),
  };
}
