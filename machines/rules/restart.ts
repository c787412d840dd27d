/** What a supervisor does about a child that ended: OTP's three strategies and its intensity. */
import type { Strategy } from '../plan.ts';

export interface RestartPolicy {
  readonly strategy: Strategy;
  /** More crashes than this within the period, and the supervisor gives up. */
  readonly maxRestarts: number;
  readonly periodMs: number;
}

export type RestartDecision =
  | {
      readonly kind: 'restart';
      /** The live ones to stop first, in reverse order of their start. */
      readonly stop: readonly string[];
      /** Those to start afterwards, in order; the crashed one is among them. */
      readonly start: readonly string[];
      /** When children crashed, ms, within the period. */
      readonly crashes: readonly number[];
    }
  | { readonly kind: 'give-up'; readonly crashes: readonly number[] };

/** `children` in the order of their start; `at` is the time of the crash, in ms. */
export function decideRestart(
  policy: RestartPolicy,
  children: readonly string[],
  crashed: string,
  earlier: readonly number[],
  at: number,
): RestartDecision {
  const crashes = [...earlier.filter((time) => at - time < policy.periodMs), at];
  if (crashes.length > policy.maxRestarts) return { kind: 'give-up', crashes };
  const start = affected(policy.strategy, children, crashed);
  const stop = start.filter((child) => child !== crashed).reverse();
  return { kind: 'restart', stop, start, crashes };
}

function affected(strategy: Strategy, children: readonly string[], crashed: string) {
  switch (strategy) {
    case 'one_for_one':
      return [crashed];
    case 'one_for_all':
      return [...children];
    case 'rest_for_one':
      return children.slice(children.indexOf(crashed));
  }
}
