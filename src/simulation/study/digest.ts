/** What a study keeps of one simulated run: a few figures, as plain data for other threads. */
import type { TaskId } from '../../../machines/ids.ts';
import type { PlanSpec, TaskSpec } from '../../../machines/plan.ts';
import type { SimulatedRun } from '../simulate-run.ts';
import { BusyMeter, type CriticalPath, criticalPath, orderOf } from './critical-path.ts';
import { WaitMeter, type Waits } from './waits.ts';

export interface Digest {
  readonly seed: number;
  readonly end: 'succeeded' | 'failed' | 'cancelled' | 'unfinished';
  /** Why it did not succeed; null when it did. */
  readonly cause: Cause | null;
  readonly durationMs: number;
  readonly costUsd: number;
  readonly waits: Waits;
  readonly path: CriticalPath;
  readonly faults: number;
  readonly kills: number;
  /** What the checkers complained of; empty when they were not asked. */
  readonly violations: readonly string[];
}

export interface Cause {
  /** The first task that failed for good; null when none did. */
  readonly task: string | null;
  /** Attempts that it had. */
  readonly attempts: number;
  readonly reason: string;
}

const microsPerUsd = 1_000_000;

/** What all runs of a plan share. */
export interface Frame {
  readonly plan: PlanSpec;
  readonly order: readonly TaskSpec[];
}

export function frameOf(plan: PlanSpec): Frame {
  return { plan, order: orderOf(plan) };
}

/** Time before `fromAt` was before the simulation. */
export function digestOf(
  frame: Frame,
  run: SimulatedRun,
  fromAt: number,
  violations: readonly string[],
): Digest {
  const waiting = new WaitMeter(frame.plan, fromAt);
  const busy = new BusyMeter(fromAt);
  for (const fact of run.facts) {
    waiting.take(fact);
    busy.take(fact);
  }
  const { seed, durationMs, faults, kills } = run;
  return {
    ...{ seed, durationMs, faults, kills, violations },
    // Sums of cents leave crumbs.
    costUsd: Math.round(run.costUsd * microsPerUsd) / microsPerUsd,
    end: run.ending?.status ?? 'unfinished',
    cause: causeOf(run),
    waits: waiting.waits,
    path: criticalPath(frame.plan, frame.order, (task: TaskId) => busy.busyMs(task)),
  };
}

/** Of a run that broke the runtime: there is nothing to be measured. */
export function brokenDigest(seed: number, violations: readonly string[]): Digest {
  const none = { runMs: 0, placeMs: {}, agentMs: {}, retryMs: 0, parkMs: 0, approvalMs: 0 };
  return {
    ...{ seed, durationMs: 0, costUsd: 0, faults: 0, kills: 0, violations },
    end: 'unfinished',
    cause: ofAll('the runtime broke'),
    waits: none,
    path: { ms: 0, tasks: [], roleMs: {} },
  };
}

/** The first task that failed tells more than how many did. */
function causeOf({ ending, facts }: SimulatedRun): Cause | null {
  if (ending === null) return ofAll('it did not end within its bound');
  if (ending.status === 'succeeded') return null;
  for (const fact of facts) {
    if (fact.type !== 'task.failed') continue;
    const { task, attempts, fault } = fact;
    return { task, attempts, reason: fault?.message ?? 'nobody knows why' };
  }
  return ofAll(ending.reason);
}

const ofAll = (reason: string): Cause => ({ task: null, attempts: 0, reason });

/** `build failed after 3 attempts: ...` */
export function sentenceOf({ task, attempts, reason }: Cause): string {
  if (task === null) return reason;
  const after = attempts > 1 ? ` after ${attempts} attempts` : '';
  return `${task} failed${after}: ${reason}`;
}
