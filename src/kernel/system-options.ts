/** What a system is opened with. */
import type { AnyStateMachine } from 'xstate';
import type { Behaviours } from './behaviours.ts';
import type { Clock } from './clock.ts';
import type { CoreLimits } from './core.ts';
import type { Log } from './log.ts';
import type { ActWish } from './wish.ts';

export interface SystemOptions {
  readonly log: Log;
  readonly machines: readonly AnyStateMachine[];
  readonly behaviours?: Behaviours;
  readonly clock?: Clock;
  readonly limits?: Partial<CoreLimits>;
  /** Inputs between two stored systems, at least; it also waits for as many as there are actors. */
  readonly storeEvery?: number;
  /** Hears of every act that failed. */
  readonly onActFailed?: (act: ActWish, error: unknown) => void;
}
