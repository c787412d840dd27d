/** What past tasks tell when they are counted together; as sure as their number allows. Pure. */
import type { TaskResult } from '../runs/results.ts';

/** One task that was done, or was not. */
export interface Sample {
  readonly run: string;
  readonly adapter: string;
  readonly model: string;
  readonly role: string;
  readonly task: string;
  readonly prompt: string;
  /** Empty: nobody has asked for it. */
  readonly kind: string;
  /** With or without which skill; empty: nobody has asked for it. */
  readonly skill: string;
  readonly result: TaskResult;
}

/** Which skills its last attempt was given. */
export const skillsOf = ({ result }: Sample): readonly string[] =>
  (result.skills ?? []).map(({ name }) => name);

/** What they are counted together by. */
export type StatKey = 'adapter' | 'model' | 'role' | 'task' | 'kind' | 'skill';

export interface Stat {
  readonly key: string;
  readonly runs: number;
  /** Completed or failed; who was never given a try tells nothing. */
  readonly tasks: number;
  readonly completed: number;
  /** Of those tasks, 0 to 1. */
  readonly successRate: number;
  /** Where the true rate lies, with 95 % confidence (Wilson). */
  readonly between: readonly [number, number];
  /** Attempts beyond the first, a task. */
  readonly retries: number;
  /** Of the last attempt of those that were completed; null when none was. */
  readonly durationMs: { readonly p50: number; readonly p90: number } | null;
  readonly costUsd: {
    /** What is known; null when nothing is. */
    readonly total: number | null;
    readonly perTask: number | null;
    /** Tasks whose price nobody knows. */
    readonly unknown: number;
  };
  /** Too few to go by. */
  readonly isFew: boolean;
}

/** Fewer tasks than this say hardly anything. */
export const fewTasks = 10;

/** Those with the most tasks first. */
export function statsBy(key: StatKey, samples: readonly Sample[]): readonly Stat[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    if (!['completed', 'failed'].includes(sample.result.status)) continue;
    const group = groups.get(sample[key]);
    if (group) group.push(sample);
    else groups.set(sample[key], [sample]);
  }
  const stats = [...groups].map(([name, group]) => statOf(name, group));
  return stats.sort((one, other) => other.tasks - one.tasks || compare(one.key, other.key));
}

function statOf(key: string, samples: readonly Sample[]): Stat {
  const results = samples.map(({ result }) => result);
  const done = results.filter(({ status }) => status === 'completed');
  const tasks = results.length;
  const attempts = results.reduce((sum, result) => sum + Math.max(1, result.attempts), 0);
  const durations = done.map(({ duration_ms: ms }) => ms).sort((one, other) => one - other);
  return {
    key,
    runs: new Set(samples.map(({ run }) => run)).size,
    tasks,
    completed: done.length,
    successRate: done.length / tasks,
    between: wilson(done.length, tasks),
    retries: (attempts - tasks) / tasks,
    durationMs:
      durations.length === 0
        ? null
        : { p50: quantile(durations, 0.5), p90: quantile(durations, 0.9) },
    costUsd: costOf(results),
    isFew: tasks < fewTasks,
  };
}

function costOf(results: readonly TaskResult[]): Stat['costUsd'] {
  const known = results.flatMap(({ cost_usd: usd }) => (usd === null ? [] : [usd]));
  const total = known.length === 0 ? null : known.reduce((sum, usd) => sum + usd, 0);
  const unknown = results.length - known.length;
  return { total, perTask: total === null ? null : total / known.length, unknown };
}

/** The nearest rank: a figure that really was. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Wilson's interval: honest also for few tries, and for all or none of them. */
export function wilson(good: number, tried: number): readonly [number, number] {
  if (tried === 0) return [0, 1];
  const z = 1.96;
  const share = good / tried;
  const scale = 1 + z ** 2 / tried;
  const middle = (share + z ** 2 / (2 * tried)) / scale;
  const spread = (z * Math.sqrt((share * (1 - share)) / tried + z ** 2 / (4 * tried ** 2))) / scale;
  return [Math.max(0, middle - spread), Math.min(1, middle + spread)];
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
