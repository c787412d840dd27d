/** A person takes a task over from its agent, and hears where it lies; then hands it back. */
import { existsSync } from 'node:fs';
import type { Troupe } from '../app.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { coreOf } from '../past/standing.ts';
import { readOrder } from '../runs/folder.ts';
import { takeoverDefaultMs } from '../runs/holding.ts';
import { findTask } from '../runs/view.ts';
import { lastNote, noteOfPerson } from './note.ts';
import { type Opening, openingOf } from './opening.ts';

export interface TakenOver extends Omit<Opening, 'sign'> {
  readonly run: string;
  readonly task: string;
  readonly by: string;
  /** Until when they are waited for, ms since the epoch; null while its agent still ends. */
  readonly untilMs: number | null;
}

export interface TakeoverOptions {
  /** An agent goes on by itself after it; a day unless told. */
  readonly withinMs?: number | undefined;
  /** Whoever takes it; the user of the configuration unless told. */
  readonly by?: string;
  /** How long its agent is waited for; as long as one needs to end at the worst unless told. */
  readonly waitMs?: number;
}

const agentEndsMs = 70_000;
/** A worktree of a large repository takes its time. */
const placeMadeMs = 10_000;
const lookPauseMs = 100;

export async function takeOver(
  troupe: Troupe,
  name: string,
  task: string,
  options: TakeoverOptions = {},
): Promise<TakenOver> {
  const { withinMs = takeoverDefaultMs, by = troupe.config.user, waitMs = agentEndsMs } = options;
  const folder = await troupe.folder(name);
  await troupe.ask(folder.id, { type: 'task.take', task, by, withinMs });
  const untilMs = await agentGone(troupe, folder.id, task, waitMs);
  const { sign, ...opening } = openingOf(coreOf(folder), folder, await readOrder(folder), task);
  await placeMade(sign);
  return { run: folder.id, task, by, untilMs, ...opening };
}

/** Until nobody else works on it. Where no process works on the run, nobody does anyway. */
async function agentGone(
  troupe: Troupe,
  run: string,
  task: string,
  waitMs: number,
): Promise<number | null> {
  for (const from = systemClock.now(); systemClock.now() - from < waitMs; ) {
    const { view, owner } = await troupe.look(run);
    const { state, dueAt } = findTask(view, task);
    if (state !== 'taking') return state === 'held' ? dueAt : null;
    if (owner === null) return null;
    await sleep(systemClock, lookPauseMs);
  }
  return null;
}

/** Where nobody has worked on the task before, its place is made for the person. */
async function placeMade(sign: string): Promise<void> {
  for (const from = systemClock.now(); !existsSync(sign); ) {
    if (systemClock.now() - from > placeMadeMs) return;
    await sleep(systemClock, lookPauseMs);
  }
}

export interface HandbackOptions {
  /** In words, or as the JSON that agents write; once it is `done`, the answer of the task. */
  readonly note: string;
  /** `done`: no agent goes on, and its checks look at what is there. */
  readonly work: 'open' | 'done';
  /** Whoever had it; the user of the configuration unless told. */
  readonly by?: string;
}

export async function handBack(
  troupe: Troupe,
  name: string,
  task: string,
  { note, work, by = troupe.config.user }: HandbackOptions,
): Promise<void> {
  const left = work === 'done' ? lastNote(by, note) : noteOfPerson(note);
  await troupe.ask(name, { type: 'task.return', task, by, note: left, work });
}
