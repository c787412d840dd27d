/** Which tasks were told of which others: so that it can be seen whether that helped. */
import type { Database } from './database.ts';

export function noteRecall(
  database: Database,
  runId: string,
  taskId: string,
  sources: readonly number[],
  now: number,
): void {
  database.write(() => {
    for (const source of sources) {
      const sql = 'INSERT OR IGNORE INTO recalls VALUES (?, ?, ?, ?)';
      database.run(sql, runId, taskId, source, now);
    }
  });
}
