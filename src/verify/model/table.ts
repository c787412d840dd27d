/** What a task's machine is as a table: its places, and where each thing that happens leads. */
import type { Told } from '../../../machines/events.ts';
import type { Stimulus } from './stimuli.ts';

/** The place of every task that has settled, however: nobody hears of it any more. */
export const over = 0;

export interface Move {
  readonly stimulus: Stimulus;
  /** An index of `places`. */
  readonly to: number;
  /** How it settles by this; null: it does not. */
  readonly settles: Told | null;
}

export interface TableRow {
  readonly moves: readonly Move[];
  /** When something it needs has succeeded, or has not. */
  readonly met: Move;
  readonly unmet: Move;
  readonly admitted: Move;
  readonly cancelled: Move;
  /** The role of which it wants an agent, or has one; null: none. */
  readonly wants: string | null;
  readonly holds: string | null;
  /** An agent of the role that it holds is at work for it. */
  readonly isManned: boolean;
  /** How many agents of that role it must not have. */
  readonly avoided: number;
  /** `running`, `verifying.checking`: to tell people. */
  readonly name: string;
}

export interface TaskTable {
  readonly rows: readonly TableRow[];
  readonly first: number;
  /** The index of a place by its key. */
  readonly indexOf: ReadonlyMap<string, number>;
}
