/** How far each index outside of the database has been fed: its outbox, as four numbers. */
import type { Database } from './database.ts';

export interface FeedState {
  /** Everything up to this task was acknowledged. */
  readonly mark: number;
  /** And every removal up to this one. */
  readonly gone: number;
  /** And every change of a vector up to this one. */
  readonly renewed: number;
  /** What the index said it had then: with less, it has lost something. */
  readonly count: number;
}

export const unfed: FeedState = { mark: 0, gone: 0, renewed: 0, count: 0 };

export function readFeed(database: Database, name: string): FeedState {
  const sql = 'SELECT mark, gone, renewed, count FROM feeds WHERE name = ?';
  const row = database.row<[number, number, number, number]>(sql, name);
  return row ? { mark: row[0], gone: row[1], renewed: row[2], count: row[3] } : unfed;
}

export function noteFeed(database: Database, name: string, state: FeedState): void {
  const sql = `INSERT INTO feeds (name, mark, gone, renewed, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET mark = excluded.mark, gone = excluded.gone,
      renewed = excluded.renewed, count = excluded.count`;
  const { mark, gone, renewed, count } = state;
  database.write(() => database.run(sql, name, mark, gone, renewed, count));
}
