/** Mistakes that a test builds into a simulated world, to see that they are found. */
import type { Log } from '../kernel/log.ts';
import type { RunWorld } from '../runs/behaviours.ts';

export interface Planted {
  readonly log: (log: Log) => Log;
  readonly world: (world: RunWorld) => RunWorld;
}

export const nothingPlanted: Planted = { log: (log) => log, world: (world) => world };
