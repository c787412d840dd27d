/** Which folders of runs have been read to their end, and how they looked then. */
import type { Database } from './database.ts';

export function sourcesSeen(database: Database): ReadonlyMap<string, string> {
  return new Map(database.rows<[string, string]>('SELECT name, signature FROM sources'));
}

export function noteSource(database: Database, name: string, signature: string): void {
  const sql = `INSERT INTO sources VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET signature = excluded.signature`;
  database.write(() => database.run(sql, name, signature));
}
