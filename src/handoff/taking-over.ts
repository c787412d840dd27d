/** A person takes a task over from its agent, and hears where it lies; then hands it back. */
import type { HandoffNote } from '../../machines/outcome.ts';
import type { Troupe } from '../app.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { readOrder } from '../runs/folder.ts';
import { takeoverDefaultMs } from '../runs/holding.ts';
import { findTask } from '../runs/view.ts';
import { coreOf } from '../standing.ts';
import { noteShape } from './note.ts';
import { type Opening, openingOf } from './opening.ts';

export interface TakenOver extends Opening {
  readonly run: string;
  readonly task: string;
  readonly by: string;
  /** Until when they are waited for, ms since the epoch; null while its agent still ends. */
  readonly untilMs: number | null;
}

/** Its agent gets so long to end. */
const agentEndsMs = 70_000;
const lookPauseMs = 100;

export async function takeOver(
  troupe: Troupe,
  name: string,
  task: string,
  { withinMs = takeoverDefaultMs }: { readonly withinMs?: number | undefined } = {},
): Promise<TakenOver> {
  const by = troupe.config.user;
  const folder = await troupe.folder(name);
  await troupe.ask(folder.id, { type: 'task.take', task, by, withinMs });
  const untilMs = await agentGone(troupe, folder.id, task);
  const opening = openingOf(coreOf(folder), folder, await readOrder(folder), task);
  return { run: folder.id, task, by, untilMs, ...opening };
}

/** Until nobody else works on it. Where no process works on the run, nobody does anyway. */
async function agentGone(troupe: Troupe, run: string, task: string): Promise<number | null> {
  for (const from = systemClock.now(); systemClock.now() - from < agentEndsMs; ) {
    const { view, owner } = await troupe.look(run);
    const { state, dueAt } = findTask(view, task);
    if (state !== 'taking') return state === 'held' ? dueAt : null;
    if (owner === null) return null;
    await sleep(systemClock, lookPauseMs);
  }
  return null;
}

/** `note`: in words, or as the JSON that agents write. */
export async function handBack(
  troupe: Troupe,
  name: string,
  task: string,
  note: string,
): Promise<void> {
  const by = troupe.config.user;
  await troupe.ask(name, { type: 'task.return', task, by, note: noteOf(note) });
}

/** Throws a UserError for JSON that is no note. */
export function noteOf(text: string): HandoffNote {
  const bare = { done: [], open: [], decisions: [], files: [], next: text.trim() };
  if (bare.next === '') {
    const hint = 'say what is done and what comes next: --note "The tests pass; write the docs."';
    throw new UserError('note.empty', 'whoever goes on needs a note', hint);
  }
  if (!bare.next.startsWith('{')) return bare;
  const read = noteShape.safeParse(parsed(bare.next));
  if (!read.success) {
    const hint =
      'write words, or {"done": [], "open": [], "decisions": [], "files": [], "next": ""}';
    throw new UserError('note.invalid', 'the note begins as JSON and is none of ours', hint);
  }
  const { to: _, ...note } = read.data;
  return note;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
