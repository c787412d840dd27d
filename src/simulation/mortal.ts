/** One life of the runtime, as its surroundings see it: dead, it does and hears nothing more. */
import type { KillMoment } from './fault-mix.ts';

export interface Mortal {
  /** Counts the lives of a run from 1. */
  readonly number: number;
  readonly alive: boolean;
  /** The last record that is on disk. */
  readonly safe: number;
  /** Says how far record `n` has come; the life may end right there. */
  reach(moment: KillMoment, n: number): void;
}

/** What the dead wait for. */
export function never<Value>(): Promise<Value> {
  return new Promise(() => {});
}
