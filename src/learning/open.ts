/** The front door of learning; what is behind it is loaded only by who asks. */
import type { Stats } from './samples.ts';
import type { StatKey } from './tally.ts';

export type { Stats } from './samples.ts';
export type { Stat, StatKey } from './tally.ts';

export const statKeys: readonly StatKey[] = ['adapter', 'model', 'role', 'task', 'kind', 'skill'];

/** How agents have done in the runs of a home, counted together by one thing. */
export async function projectStats(home: string, by: StatKey = 'adapter'): Promise<Stats> {
  const { readStats } = await import('./samples.ts');
  return readStats(home, by);
}
