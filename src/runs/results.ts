/** A task's result file: what people and scripts read, made of what the journal knows. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import type { Settled, TaskRecord } from '../../machines/events.ts';
import type { Evidence, Fault, Usage } from '../../machines/outcome.ts';
import { noUsage } from '../../machines/outcome.ts';
import { writeWhole } from './disk.ts';
import type { RunFolder } from './folder.ts';

/** The format of `results/<task>.json`. */
export interface TaskResult {
  readonly task_id: string;
  readonly agent_id: string | null;
  readonly status: 'completed' | 'failed' | 'skipped' | 'cancelled';
  /** The whole output when it is short; see `output_file` for a long one. */
  readonly output: string;
  /** The full output, under the run's folder; null when there was none on disk. */
  readonly output_file: string | null;
  readonly duration_ms: number;
  readonly attempts: number;
  readonly evidence: readonly Evidence[];
  readonly usage: Usage;
  readonly cost_usd: number | null;
  /** Files under the run's folder, with `/`. */
  readonly artifacts: readonly string[];
  readonly error?: Fault;
}

const words: Readonly<Record<Settled, TaskResult['status']>> = {
  succeeded: 'completed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

/** Files open at once; more wait. */
const writesAtOnce = 32;

export class ResultWriter {
  readonly #folder: RunFolder;
  /** What is not on disk yet, by task. */
  readonly #pending = new Map<string, Promise<void>>();
  #free = writesAtOnce;
  readonly #queue: (() => void)[] = [];

  constructor(folder: RunFolder) {
    this.#folder = folder;
  }

  /** Resolves when the file is there, whole. Two of one task follow each other. */
  write(record: TaskRecord): Promise<void> {
    const writing = this.written(record.task).then(() => this.#write(record));
    this.#pending.set(record.task, writing);
    const forget = (): void => {
      if (this.#pending.get(record.task) === writing) this.#pending.delete(record.task);
    };
    writing.then(forget, forget);
    return writing;
  }

  /** Resolves when the task's file is there, if it is on its way at all. */
  async written(task: string): Promise<void> {
    await this.#pending.get(task)?.catch(() => {});
  }

  async #write(record: TaskRecord): Promise<void> {
    await this.#turn();
    try {
      const artifacts = await listArtifacts(this.#folder, record.task);
      const text = JSON.stringify(resultOf(record, artifacts), null, 2);
      await writeWhole(resultPath(this.#folder, record.task), `${text}\n`);
    } finally {
      this.#free += 1;
      this.#queue.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#free -= 1;
  }
}

export function resultPath(folder: RunFolder, task: string): string {
  return join(folder.results, `${task}.json`);
}

export function artifactsFolder(folder: RunFolder, task: string): string {
  return join(folder.artifacts, task);
}

export async function readResult(folder: RunFolder, task: string): Promise<TaskResult | null> {
  const path = resultPath(folder, task);
  if (!existsSync(path)) return null;
  return JSON.parse(await readFile(path, 'utf8')) as TaskResult;
}

export function resultOf(record: TaskRecord, artifacts: readonly string[]): TaskResult {
  const { task, agent, status, attempts, outcome, evidence, fault } = record;
  const output = outcome?.output;
  const usage = outcome?.usage ?? noUsage;
  return {
    task_id: task,
    agent_id: agent,
    status: words[status],
    output: output?.text ?? '',
    output_file: output?.path ? output.path : null,
    duration_ms: outcome?.durationMs ?? 0,
    attempts,
    evidence,
    usage,
    cost_usd: usage.costUsd,
    artifacts,
    ...(fault === null ? {} : { error: fault }),
  };
}

/** Sorted, so that the same files give the same result. What can't be read is no file. */
async function listArtifacts(folder: RunFolder, task: string): Promise<readonly string[]> {
  const path = artifactsFolder(folder, task);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return files
    .map((file) => relative(folder.path, join(file.parentPath, file.name)).replaceAll('\\', '/'))
    .sort();
}

/** How a status reads beside the others, for reports and screens. */
export function markOf(status: TaskResult['status']): string {
  switch (status) {
    case 'completed':
      return '✓';
    case 'failed':
      return '✗';
    case 'skipped':
      return '–';
    case 'cancelled':
      return '⊘';
    default:
      return assertNever(status);
  }
}
