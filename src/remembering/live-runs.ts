/** The runs of a home that somebody works on right now. */
import { lockOwner } from '../journal/lock.ts';
import { listRuns } from '../runs/folder.ts';

export async function liveRuns(home: string): Promise<ReadonlySet<string>> {
  const runs = await listRuns(home);
  return new Set(runs.filter(({ path }) => lockOwner(path) !== null).map(({ id }) => id));
}
