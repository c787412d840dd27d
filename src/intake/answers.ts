/** Answers in the format of results: of what was done, and of what never could be. */
import { noUsage } from '../../machines/outcome.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { TaskResult } from '../runs/results.ts';
import type { RunView } from '../runs/view.ts';
import type { Answer } from './entry.ts';

export function answerOf(id: string, run: string, result: TaskResult): Answer {
  return { ...result, task_id: id, run };
}

/** Of a run that is over and has no result of the task: it was called off, or never came so far. */
export function answerOfRun(id: string, { id: run, status, reason, costUsd }: RunView): Answer {
  const message = reason || `its run has ${status}`;
  const told = status === 'succeeded' ? 'completed' : status === 'cancelled' ? status : 'failed';
  const fault = { code: `run.${status}`, message, retryable: false };
  return {
    ...nothingDone(id),
    ...{ run, status: told, cost_usd: costUsd },
    ...(told !== 'completed' && { error: fault }),
  };
}

/** What can't be begun, with the reason and what to do. */
export function refusal(id: string, error: unknown): Answer {
  const code = isUserError(error) ? error.code : 'task.refused';
  const text = error instanceof Error ? error.message : String(error);
  const message = isUserError(error) ? `${text}\n${error.hint}` : text;
  return { ...nothingDone(id), error: { code, message, retryable: false } };
}

function nothingDone(id: string): Answer {
  return {
    task_id: id,
    agent_id: null,
    status: 'failed',
    output: '',
    output_file: null,
    duration_ms: 0,
    attempts: 0,
    evidence: [],
    usage: noUsage,
    cost_usd: 0,
    verified: null,
    artifacts: [],
    run: null,
  };
}
