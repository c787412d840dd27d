/** What is known of a task beside its state: its words, its proof, and what it changed. */

import type { Clock } from '../kernel/clock.ts';
import { taskFinder } from '../past/standing.ts';
import { type RunFolder, readOrder } from '../runs/folder.ts';
import { type Recalled, readRecalled } from '../runs/recalled.ts';
import { readResult, type TaskResult } from '../runs/results.ts';
import { Git } from '../worktrees/git.ts';
import { placesIn } from '../worktrees/names.ts';
import { readNote } from '../worktrees/note.ts';
import type { RecalledRow, TaskPaper } from './wire.ts';

const textMaxCharacters = 200_000;

export interface PaperWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** Without its attempts: those are in the run's facts. */
export async function paperOf(
  folder: RunFolder,
  task: string,
  world: PaperWorld,
): Promise<Omit<TaskPaper, 'attempts'>> {
  const [order, result] = [await readOrder(folder), await readResult(folder, task)];
  const planned = taskFinder(folder, order)(task);
  return {
    task,
    prompt: cut(planned?.prompt ?? ''),
    output: cut(result?.output ?? ''),
    evidence: (result?.evidence ?? []).map(({ kind, passed, summary }) => {
      return { kind, passed, summary };
    }),
    artifacts: result?.artifacts ?? [],
    recalled: readRecalled(folder, task).map(recalledRow),
    usage: result?.usage ?? null,
    diff: order.base ? await diffOf(folder, order.base.repository, task, result, world) : '',
  };
}

function recalledRow({
  run_id: run,
  task_id: task,
  finished_at: at,
  ...rest
}: Recalled): RecalledRow {
  const { score, verified, why } = rest;
  return { run, task, at, score, verified, why };
}

interface Change {
  readonly base: string;
  readonly commit: string;
}

/** From what it started from to what it committed last. */
async function diffOf(
  folder: RunFolder,
  repository: string,
  task: string,
  result: TaskResult | null,
  { environment, clock }: PaperWorld,
): Promise<string> {
  const change = committedBy(result) ?? (await underWay(folder, task));
  if (change === null || change.base === change.commit) return '';
  const git = new Git({ environment, clock, marks: {} });
  const argv = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', change.base, change.commit];
  const call = { gitDir: repository, cwd: folder.path };
  // A repository that is gone, or a commit that git has let go, is no reason to show nothing else.
  const said = await git.text(argv, call).catch(() => '');
  return cut(said);
}

function committedBy(result: TaskResult | null): Change | null {
  const facts = result?.evidence.findLast(({ kind }) => kind === 'commit')?.facts;
  return facts ? { base: String(facts.base), commit: String(facts.commit) } : null;
}

/** Of an attempt before this one, as long as the task has not ended. */
async function underWay(folder: RunFolder, task: string): Promise<Change | null> {
  const note = await readNote(placesIn(folder.path).note(task));
  return note?.commit ? { base: note.base, commit: note.commit } : null;
}

function cut(text: string): string {
  if (text.length <= textMaxCharacters) return text;
  const more = text.length - textMaxCharacters;
  return `${text.slice(0, textMaxCharacters)}\n… ${more} more characters`;
}
