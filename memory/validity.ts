/** Whether what was once done still holds: its verdict, its files, and what was done since. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { assertNever } from './errors.ts';
import type { TaskMemory, TouchedFile } from './truth/task-memory.ts';

export interface Validity {
  /** `good` may be used again. */
  readonly verdict: 'good' | 'bad' | 'stale' | 'superseded';
  /** One sentence for a person. */
  readonly why: string;
}

/** Takes off the score: among equals, what holds comes first; what is far stays far. */
const penalties: Readonly<Record<Validity['verdict'], number>> = {
  good: 0,
  bad: 0.05,
  stale: 0.05,
  superseded: 0.15,
};

export function penaltyFor({ verdict }: Validity): number {
  return penalties[verdict];
}

export async function validityOf(task: TaskMemory, newer: TaskMemory | null): Promise<Validity> {
  const { outcome, files, gitCommit } = task;
  const changed = outcome === 'succeeded' ? await whyStale(files, gitCommit) : null;
  return judge(task, newer, changed);
}

/** `changed` says what is wrong with the first file that is not as it was. */
export function judge(
  task: TaskMemory,
  newer: TaskMemory | null,
  changed: string | null,
): Validity {
  switch (task.outcome) {
    case 'failed':
      return { verdict: 'bad', why: `it failed: ${task.fault ?? 'nobody said why'}` };
    case 'cancelled':
      return { verdict: 'bad', why: 'it was called off before it was done' };
    case 'succeeded':
      if (newer) {
        const why = `the same was done again later, in ${newer.runId}`;
        return { verdict: 'superseded', why };
      }
      if (changed !== null) return { verdict: 'stale', why: changed };
      return { verdict: 'good', why: praise(task) };
    default:
      return assertNever(task.outcome);
  }
}

/** Whether anything but its own word says that it was done. */
export function isVerified({ evidence }: TaskMemory): boolean {
  return evidence.some(({ kind, passed }) => passed && kind !== 'exit');
}

function praise(task: TaskMemory): string {
  const checks = task.evidence.filter(({ kind, passed }) => passed && kind !== 'exit');
  const verified = checks[0]
    ? `verified: ${checks[0].summary}`
    : 'it succeeded; nothing checked it';
  const [file] = task.files;
  if (!file) return verified;
  const others = task.files.length - 1;
  const more = others > 0 ? ` and ${others} more` : '';
  return `${verified}; ${basename(file.path)}${more} unchanged since`;
}

const shownLetters = 10;

/** What is wrong with the first file that is not as it was; null when all are. */
export async function whyStale(
  files: readonly TouchedFile[],
  gitCommit: string | null,
): Promise<string | null> {
  const since = gitCommit === null ? 'since' : `since commit ${gitCommit.slice(0, shownLetters)}`;
  for (const file of files) {
    const change = await changeOf(file);
    if (change !== null) return `${basename(file.path)} ${change} ${since}`;
  }
  return null;
}

/** Larger files are known by their size: to read them would take longer than the whole search. */
const readBytesMax = 1_048_576;

async function changeOf({ path, bytes, sha256 }: TouchedFile): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size !== bytes) return 'has changed';
    if (size > readBytesMax) return null;
    const sum = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return sum === sha256 ? null : 'has changed';
  } catch {
    return 'is gone';
  }
}
