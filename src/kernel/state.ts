/** Where one actor is, as a value, and what a step makes of it. */
import type { Children, Configuration } from './configuration.ts';
import type { Effect } from './effects.ts';
import type { HistoryValue } from './xstate.ts';

/** Where an actor is. A value: stepping gives a new one. */
export interface ActorState {
  readonly at: Configuration;
  readonly context: unknown;
  /** The invocations under way, by their ids. */
  readonly children: Children;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly output: unknown;
  readonly error: unknown;
  readonly history: HistoryValue;
}

export interface Step {
  readonly state: ActorState;
  readonly effects: readonly Effect[];
}

export const noChildren: Children = Object.freeze({});
export const noHistory: HistoryValue = Object.freeze({});
