/** Memories as lines of JSON that a person can read, and a later release, too. */
import { z } from 'zod';
import type { FinishedTask } from '../truth/task-memory.ts';

/** That one task was told of another. */
export interface Use {
  readonly runId: string;
  readonly taskId: string;
  readonly at: number;
}

/** All that is kept of a task, wherever it lies. */
export interface Dossier {
  readonly task: FinishedTask;
  readonly pinned: boolean;
  /** Null: it is found; else since when and why it is not. */
  readonly archived: { readonly at: number; readonly why: string } | null;
  readonly uses: readonly Use[];
}

const format = 1;
const head = z.object({ troupe_memory: z.literal(format) });

const line = z.object({
  run_id: z.string().min(1),
  task_id: z.string().min(1),
  role: z.string(),
  adapter: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'cancelled']),
  prompt: z.string(),
  solution: z.string(),
  fault: z.string().nullable(),
  evidence: z.array(z.object({ kind: z.string(), passed: z.boolean(), summary: z.string() })),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
  git_commit: z.string().nullable(),
  cost_usd: z.number().nullable(),
  duration_ms: z.number(),
  attempts: z.number().int(),
  finished_at: z.number().int(),
  pinned: z.boolean().default(false),
  archived: z.object({ at: z.number(), why: z.string() }).nullable().default(null),
  uses: z.array(z.object({ run_id: z.string(), task_id: z.string(), at: z.number() })).default([]),
});

export const headLine = (): string => JSON.stringify({ troupe_memory: format });

export function isHeadLine(text: string): boolean {
  return head.safeParse(jsonIn(text)).success;
}

export function lineOf({ task, pinned, archived, uses }: Dossier): string {
  const { runId, taskId, gitCommit, costUsd, durationMs, finishedAt } = task;
  const { role, adapter, outcome, prompt, solution, fault, evidence, files, attempts } = task;
  const written: z.input<typeof line> = {
    ...{ run_id: runId, task_id: taskId, role, adapter, outcome, prompt, solution, fault },
    ...{ evidence: [...evidence], files: [...files], git_commit: gitCommit, cost_usd: costUsd },
    ...{ duration_ms: durationMs, attempts, finished_at: finishedAt, pinned, archived },
    uses: uses.map(({ runId: run_id, taskId: task_id, at }) => ({ run_id, task_id, at })),
  };
  return JSON.stringify(written);
}

/** Whose line it is; null for one that can not be read. */
export function nameOfLine(
  text: string,
): { readonly runId: string; readonly taskId: string } | null {
  const named = line.pick({ run_id: true, task_id: true }).safeParse(jsonIn(text));
  return named.success ? { runId: named.data.run_id, taskId: named.data.task_id } : null;
}

/** What is wrong with the line, in words, when it is none. */
export function readLine(text: string): Dossier | string {
  const given = jsonIn(text);
  if (given === undefined) return 'it is not JSON, or was cut off';
  const parsed = line.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') ?? '';
    return `${place === '' ? '' : `${place}: `}${issue?.message}`;
  }
  const { run_id, task_id, git_commit, cost_usd, duration_ms, finished_at, ...same } = parsed.data;
  const { pinned, archived, uses, ...rest } = same;
  const named = { runId: run_id, taskId: task_id, gitCommit: git_commit, costUsd: cost_usd };
  return {
    task: { ...rest, ...named, durationMs: duration_ms, finishedAt: finished_at },
    ...{ pinned, archived },
    uses: uses.map(({ run_id: runId, task_id: taskId, at }) => ({ runId, taskId, at })),
  };
}

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
