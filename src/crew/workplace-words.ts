/** Sentences about where tasks work: what an agent is told of its place, what is wrong with one. */
import type { Fault } from '../../machines/outcome.ts';
import { workLost } from '../../machines/rules/loss.ts';
import type { Verdict } from '../../machines/task.ts';
import type { PlanTask } from '../plan/plan.ts';
import type { RunFolder } from '../runs/folder.ts';
import { taskBranch } from '../worktrees/names.ts';

export const gone = (cwd: string): Fault =>
  workLost(`what the attempt made is lost: ${cwd} is not there any more`);

export const removed = (cwd: string): Fault => ({
  code: 'work.removed',
  message: `nothing is left to be looked at: the task's own work or checks took ${cwd} away`,
  retryable: true,
});

export function placeNotice(cwd: string): string {
  return `Its files are in ${cwd}.`;
}

export function changeNotice(base: string, commit: string): string {
  if (base === commit) return 'It has changed no file; the files are here as it found them.';
  return `Its files are here, as it left them. What it has changed: git diff ${base} ${commit}`;
}

export function noticeOf(conflicts: readonly string[]): string {
  if (conflicts.length === 0) return '';
  const list = conflicts.map((file) => `- ${JSON.stringify(file)}`).join('\n');
  return (
    'Your work was merged with what others did meanwhile, and both changed the same lines. ' +
    'These files have conflict markers (<<<<<<<, =======, >>>>>>>) in them: keep what both ' +
    `meant, and leave no marker behind.\n${list}`
  );
}

export function unresolved(files: readonly string[]): Fault {
  const message = `conflict markers are left in ${namesOf(files)}`;
  return { code: 'merge.unresolved', message, retryable: true };
}

export function notCommitted(error: unknown): Fault {
  const why = error instanceof Error ? error.message : String(error);
  const message = `its changes could not be committed: ${why}`;
  return { code: 'worktree.not-committed', message, retryable: true };
}

export function conflicting(
  own: Verdict,
  { id }: PlanTask,
  folder: RunFolder,
  files: readonly string[],
): Verdict {
  const message =
    `its changes conflict with those of others in ${namesOf(files)}; ` +
    `they are kept on ${taskBranch(folder.id, id)}`;
  const facts = { conflicts: files.length };
  const told = { kind: 'merge', passed: false, summary: message, facts };
  const fault = { code: 'merge.conflict', message, retryable: true };
  return { evidence: [...own.evidence, told], fault };
}

/** What passed alone and not together. */
export function unfit({ code, message, retryable }: Fault): Fault {
  return { code, message: `merged with what others did: ${message}`, retryable };
}

export const tooSlow: Fault = {
  code: 'verify.timed-out',
  message: 'the checks did not end in time',
  retryable: true,
};

const namesMax = 10;

function namesOf(files: readonly string[]): string {
  const names = files
    .slice(0, namesMax)
    .map((file) => (/^[\w./ -]+$/.test(file) ? file : JSON.stringify(file)));
  const more = files.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
