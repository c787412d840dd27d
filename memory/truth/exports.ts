/** Which files we have exported to: who is forgotten must go from these, too. */
import type { Database } from './database.ts';

export function noteExport(database: Database, path: string, now: number): void {
  const sql = `INSERT INTO exports VALUES (?, ?)
    ON CONFLICT (path) DO UPDATE SET exported_at = excluded.exported_at`;
  database.write(() => database.run(sql, path, now));
}

export function dropExport(database: Database, path: string): void {
  database.write(() => database.run('DELETE FROM exports WHERE path = ?', path));
}

export function exportsMade(database: Database): readonly string[] {
  return database.rows<[string]>('SELECT path FROM exports ORDER BY path').map(([path]) => path);
}
