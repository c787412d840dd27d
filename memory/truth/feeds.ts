/** How far each index outside of the database has been fed: its outbox, as three numbers. */
import type { Database } from './database.ts';

export interface FeedState {
  /** Everything up to this task was acknowledged. */
  readonly mark: number;
  /** And every removal up to this one. */
  readonly gone: number;
  /** What the index said it had then: with less, it has lost something. */
  readonly count: number;
}

export const unfed: FeedState = { mark: 0, gone: 0, count: 0 };

export function readFeed(database: Database, name: string): FeedState {
  const sql = 'SELECT mark, gone, count FROM feeds WHERE name = ?';
  const row = database.row<[number, number, number]>(sql, name);
  return row ? { mark: row[0], gone: row[1], count: row[2] } : unfed;
}

export function noteFeed(database: Database, name: string, state: FeedState): void {
  const sql = `INSERT INTO feeds VALUES (?, ?, ?, ?) ON CONFLICT (name)
    DO UPDATE SET mark = excluded.mark, gone = excluded.gone, count = excluded.count`;
  database.write(() => database.run(sql, name, state.mark, state.gone, state.count));
}
