/** Makes of a task's plan and its result file what memory keeps of it. */
import type { FinishedTask, Outcome } from '../../memory/index.ts';
import type { PlanRole, PlanTask } from '../plan/plan.ts';
import { runOf } from '../plan/plan.ts';
import { fillTemplate, parseTemplate, type Reference } from '../plan/templates.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import type { TaskResult } from '../runs/results.ts';
import { touchedFiles } from './files.ts';
import { commitAt } from './git.ts';

export interface Ended {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  readonly task: PlanTask;
  readonly role: PlanRole;
  readonly result: TaskResult;
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
}

const promptCharsMax = 20_000;
/** Of a long answer, its beginning and its end say what was done. */
const beginningChars = 900;
const endChars = 500;

const outcomes: Readonly<Record<TaskResult['status'], Outcome | null>> = {
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  // Nobody has worked on it: there is nothing to learn.
  skipped: null,
};

/** Null for what is not to be remembered. */
export async function finishedOf(ended: Ended): Promise<FinishedTask | null> {
  const { folder, order, task, role, result, finishedAt } = ended;
  const outcome = outcomes[result.status];
  if (outcome === null || result.attempts === 0) return null;
  const fault = result.error?.message ?? null;
  return {
    runId: folder.id,
    taskId: task.id,
    role: role.name,
    adapter: role.adapter,
    outcome,
    prompt: promptOf(ended).slice(0, promptCharsMax),
    solution: shortened(withoutRecalled(result.output).trim()) || (fault ?? ''),
    fault,
    evidence: result.evidence.map(({ kind, passed, summary }) => ({ kind, passed, summary })),
    files: await touchedFiles(order.cwd, result, finishedAt),
    gitCommit: commitAt(order.cwd, finishedAt),
    costUsd: result.cost_usd,
    durationMs: result.duration_ms,
    attempts: result.attempts,
    finishedAt,
  };
}

/** What was asked; of a task without a prompt, what it is called and what it runs. */
function promptOf({ order, task, role }: Ended): string {
  const asked = fillTemplate(parseTemplate(task.prompt), (reference) => wordsFor(reference, order));
  if (asked.trim() !== '') return asked.trim();
  const run = runOf(task, role);
  if (run === null) return task.id;
  return `${task.id}: ${'shell' in run ? run.shell : run.argv.join(' ')}`;
}

/** Inputs are what was asked; what earlier tasks have said would drown it. */
function wordsFor(reference: Reference, { inputs }: RunOrder): string {
  switch (reference.kind) {
    case 'input':
      return inputs[reference.name] ?? '';
    case 'output':
      return `(what ${reference.task} said)`;
    case 'artifacts':
      return `(the files of ${reference.task})`;
    case 'own-artifacts':
      return '(its own files)';
    case 'context':
      return '(what the others had told)';
    case 'plan-folder':
      return '.';
  }
}

/** An agent may repeat what it was told of the past: that is no news. */
function withoutRecalled(text: string): string {
  return text.replace(/<recalled from=[\s\S]*?<\/recalled>/g, '');
}

function shortened(text: string): string {
  if (text.length <= beginningChars + endChars) return text;
  return `${text.slice(0, beginningChars)}\n[…]\n${text.slice(-endChars)}`;
}
