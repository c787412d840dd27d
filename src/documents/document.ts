/** What a run has produced, version by version: where it came from, and what is kept of it. */
import type { Evidence } from '../../machines/outcome.ts';
import type { TaskResult } from '../runs/results.ts';

/** Of its content. */
export type Kept =
  /** All of it is in the archive. */
  | 'whole'
  /** It was larger than the archive takes; it may still be in its run's folder. */
  | 'too large'
  /** Its run was pruned, and a newer version of it is there. */
  | 'pruned';

/** As the file of its run says it. */
export interface Archived {
  /** `PLAN/TASK/output`, `.../artifacts/...`, `.../files/...`: the same for all runs of a plan. */
  readonly name: string;
  /** Of the content; empty when that was too large. */
  readonly sha256: string;
  readonly bytes: number;
  readonly kept: Kept;
  readonly run: string;
  readonly task: string;
  readonly agent: string | null;
  readonly attempts: number;
  readonly status: TaskResult['status'];
  /** What was seen of the task: kind, whether it passed, and a line. */
  readonly evidence: readonly Pick<Evidence, 'kind' | 'passed' | 'summary'>[];
  /** When the task ended, in ms since the epoch. */
  readonly at: number;
}

export interface Version extends Archived {
  /** Counts the versions of a name from 1, the oldest first. */
  readonly version: number;
}

/** Larger files are named, and not kept. */
export const documentMaxBytes = 256 * 1024 * 1024;

/** By no checks beside its own end, it is what an agent says and no more. */
export const isVerified = ({ status, evidence }: Archived): boolean =>
  status === 'completed' && evidence.some(({ kind, passed }) => kind !== 'exit' && passed);

/** What a name may hold, so that it leads nowhere else when it becomes a path. */
export function safeName(parts: readonly string[]): string {
  const segments = parts.flatMap((part) => part.split(/[\\/]/)).map(safeSegment);
  return segments.filter((segment) => segment !== '').join('/');
}

function safeSegment(segment: string): string {
  const plain = segment.replace(/\p{Cc}/gu, '-');
  return /^\.+$/.test(plain) ? '_' : plain;
}
