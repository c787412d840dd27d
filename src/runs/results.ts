/** A task's result file: what people and scripts read, made of what the journal knows. */
import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import type { Settled, TaskRecord } from '../../machines/events.ts';
import type { Evidence, Fault, GivenSkill, Usage } from '../../machines/outcome.ts';
import { noUsage } from '../../machines/outcome.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import { type Draft, writeAll } from './disk.ts';
import type { RunFolder } from './folder.ts';
import { type Recalled, readRecalled } from './recalled.ts';

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
  /** Of all its attempts; `usage` is the last one's. Null when a price is not known. */
  readonly cost_usd: number | null;
  /** What was verified, and who did the work and the verifying; null when it was not. */
  readonly verified: Verified | null;
  /** Files under the run's folder, with `/`. */
  readonly artifacts: readonly string[];
  /** What it was told of the past; left out when that is nothing. */
  readonly recalled?: readonly Recalled[];
  /** Which skills its last attempt was given; left out when that is none. */
  readonly skills?: readonly GivenSkill[];
  /** Which agent worked on it, where its role leaves that open. */
  readonly chosen?: string;
  readonly error?: Fault;
}

/** The commands, their exit codes and times are in `evidence`. */
export interface Verified {
  readonly author: string | null;
  /** `runtime` for its checks, and each agent that accepted it. */
  readonly by: readonly string[];
  readonly output_sha256: string;
  /** Of the files that were looked at: git's name of the tree, or a hash; null when unknown. */
  readonly tree: string | null;
}

const words: Readonly<Record<Settled, TaskResult['status']>> = {
  succeeded: 'completed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

/** A task may leave a whole tree behind; its result names no more files than this. */
const artifactsMax = 10_000;

/** The file is there, whole, when this returns. */
export function writeResult(folder: RunFolder, record: TaskRecord): void {
  writeAll([resultFile(folder, record)]);
}

/** `traces`: where such tasks leave none the disk is not asked for them. */
export function resultFile(folder: RunFolder, record: TaskRecord, traces: Traces = all): Draft {
  const recalled = traces.recalled ? readRecalled(folder, record.task) : [];
  const artifacts = traces.artifacts ? listArtifacts(folder, record.task) : [];
  const result = resultOf(record, artifacts);
  const whole = recalled.length === 0 ? result : { ...result, recalled };
  const text = JSON.stringify(whole, null, 2);
  return { path: resultPath(folder, record.task), text: `${text}\n` };
}

/** What a task may have left beside its record. */
export interface Traces {
  readonly recalled: boolean;
  readonly artifacts: boolean;
}

const all: Traces = { recalled: true, artifacts: true };

/** Whoever only pretends writes nothing; a check may, whoever is checked. */
export function tracesIn({ roles }: Plan): (task: PlanTask) => Traces {
  const isReal = roles.some(({ adapter }) => adapter !== 'simulated');
  const recalled = roles.some(({ recall = 0 }) => recall > 0);
  return ({ verify }) => ({ recalled, artifacts: isReal || verify.length > 0 });
}

export function resultPath(folder: RunFolder, task: string): string {
  return `${folder.results}${sep}${task}.json`;
}

/** An empty one is being written just now, or whoever did was killed. */
export function isWritten(folder: RunFolder, task: string): boolean {
  const stat = statSync(resultPath(folder, task), { throwIfNoEntry: false });
  return stat !== undefined && stat.size > 0;
}

export function artifactsFolder(folder: RunFolder, task: string): string {
  return join(folder.artifacts, task);
}

/** Null while it is not written. */
export async function readResult(folder: RunFolder, task: string): Promise<TaskResult | null> {
  if (!isWritten(folder, task)) return null;
  return JSON.parse(await readFile(resultPath(folder, task), 'utf8')) as TaskResult;
}

export function resultOf(record: TaskRecord, artifacts: readonly string[]): TaskResult {
  const { task, agent, status, attempts, outcome, evidence, costUsd, fault } = record;
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
    cost_usd: costUsd,
    verified: status === 'succeeded' ? verifiedIn(record) : null,
    artifacts,
    ...(outcome?.skills && { skills: outcome.skills }),
    ...(outcome?.chosen && { chosen: outcome.chosen }),
    ...(fault === null ? {} : { error: fault }),
  };
}

function verifiedIn({ agent, outcome, evidence }: TaskRecord): Verified {
  const judges = evidence.filter(({ kind, passed }) => kind === 'review' && passed);
  const tree = evidence.findLast(({ facts }) => facts.tree !== undefined)?.facts.tree;
  return {
    author: agent,
    by: ['runtime', ...judges.map(({ facts }) => String(facts.reviewer))],
    output_sha256: outcome?.output.sha256 ?? '',
    tree: tree === undefined ? null : String(tree),
  };
}

/** Sorted, so that the same files give the same result. What can't be read is no file. */
export function listArtifacts(folder: RunFolder, task: string): readonly string[] {
  const files: string[] = [];
  const folders = [artifactsFolder(folder, task)];
  for (let path = folders.pop(); path && files.length < artifactsMax; path = folders.pop()) {
    for (const entry of entriesOf(path)) {
      if (entry.isDirectory()) folders.push(join(path, entry.name));
      else if (entry.isFile()) files.push(join(path, entry.name));
    }
  }
  return files
    .slice(0, artifactsMax)
    .map((file) => relative(folder.path, file).replaceAll('\\', '/'))
    .sort();
}

/** Most tasks have none, and being told so by an error costs more than all the rest. */
function entriesOf(path: string): readonly Dirent[] {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
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
