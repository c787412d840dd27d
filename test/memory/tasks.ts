/** Finished tasks to be remembered, with all that a test does not care about filled in. */
import type { FinishedTask } from '../../memory/index.ts';

let count = 0;

export function finished(prompt: string, more: Partial<FinishedTask> = {}): FinishedTask {
  count += 1;
  return {
    runId: 'run-1',
    taskId: `task-${count}`,
    role: 'coder',
    adapter: 'command',
    outcome: 'succeeded',
    prompt,
    solution: `done: ${prompt}`,
    fault: null,
    evidence: [],
    files: [],
    gitCommit: null,
    costUsd: 0,
    durationMs: 1_000,
    attempts: 1,
    finishedAt: Date.UTC(2026, 0, 1),
    ...more,
  };
}
