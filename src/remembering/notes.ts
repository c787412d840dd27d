/** What somebody wants remembered beside what tasks came to: their word, checked by nobody. */
import { createHash } from 'node:crypto';
import type { FinishedTask } from '../../memory/index.ts';

export interface Note {
  /** What it answers: later tasks are compared with it. */
  readonly about: string;
  readonly text: string;
  /** Where it was learned; null: in no run. */
  readonly run: string | null;
  readonly by: string;
}

/** Notes of no run are kept under this name. */
const noRun = 'notes';

/** The same words are kept once; without evidence, nobody takes them for verified. */
export function noteOf({ about, text, run, by }: Note, now: number): FinishedTask {
  const sum = createHash('sha256').update(`${about}\n${text}`).digest('hex');
  return {
    ...{ runId: run ?? noRun, taskId: `note-${sum.slice(0, 10)}` },
    ...{ role: by, adapter: 'note', outcome: 'succeeded', prompt: about, solution: text },
    ...{ fault: null, evidence: [], files: [], gitCommit: null, costUsd: 0, durationMs: 0 },
    ...{ attempts: 1, finishedAt: now },
  };
}
