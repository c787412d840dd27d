/** Answers what was done before that is like something: opened, brought up to date, and closed. */
import { existsSync } from 'node:fs';
import type { Similar } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { catchUp } from './catch-up.ts';
import { switchedOff } from './memory-desk.ts';
import { openMemoryOf } from './opening.ts';
import { isWanted } from './place.ts';

/** One line of `similar --json`. */
export interface SimilarTask {
  /** From 0 to 1, 1 for the same words. */
  readonly score: number;
  readonly prompt: string;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly solution: string;
  readonly run_id: string;
  readonly task_id: string;
  /** Milliseconds since the epoch. */
  readonly finished_at: number;
  /** Whether it may be used again as it is. */
  readonly valid: boolean;
  /** Why it may, or may not. */
  readonly why: string;
}

export interface SimilarOptions {
  readonly limit?: number;
  /** Told how many were remembered while catching up with runs that nobody has read yet. */
  readonly onProgress?: (remembered: number) => void;
}

export const defaultLimit = 5;
const textCharsMax = 100_000;

export async function similarTasks(
  config: Config,
  clock: Clock,
  text: string,
  { limit = defaultLimit, onProgress }: SimilarOptions,
): Promise<readonly SimilarTask[]> {
  if (text.trim() === '') throw nothingAsked();
  const { home, environment } = config;
  if (!isWanted(environment)) throw switchedOff();
  // To ask leaves no trace where nothing was ever done.
  if (!existsSync(home)) return [];
  const memory = await openMemoryOf(config, clock);
  try {
    await catchUp({ home, memory, clock, ...(onProgress && { onProgress }) });
    if (memory.count === 0) return [];
    return (await memory.similar(text.slice(0, textCharsMax), limit)).map(similarTask);
  } finally {
    await memory.close();
  }
}

function similarTask({ score, task, validity }: Similar): SimilarTask {
  const { prompt, outcome, solution, runId, taskId, finishedAt } = task;
  return {
    score: Number(score.toFixed(4)),
    ...{ prompt, outcome, solution, run_id: runId, task_id: taskId, finished_at: finishedAt },
    valid: validity.verdict === 'good',
    why: validity.why,
  };
}

function nothingAsked(): UserError {
  const hint = 'say what you look for: troupe similar "users are logged out too early"';
  return new UserError('memory.nothing-asked', 'there is nothing to compare with', hint);
}
