/** What tasks of a run gave, read from their files; those that have none yet are pending. */
import { readResult } from '../runs/results.ts';
import type { RunHost } from './run-host.ts';
import { pending, resultOf } from './shapes.ts';

export async function allResultsOf({ troupe }: RunHost, run: string, tasks: readonly string[]) {
  const folder = await troupe.folder(run);
  return Promise.all(
    tasks.map(async (task) => {
      const result = await readResult(folder, task);
      return result ? resultOf(run, result) : pending(run, task);
    }),
  );
}
