/**
 * Begins what a house has taken upon itself, most urgent first, and answers when it is over.
 *
 * Owns: which entries are under way, and when one that could not be begun is tried again.
 * Invariants:
 * - an entry is begun once: its run has a name from the start, and a run of that name is gone on
 *   with, never begun anew;
 * - never more are under way than the limit says;
 * - an answer is out before its entry is finished.
 */
import { existsSync } from 'node:fs';
import { runId } from '../../machines/ids.ts';
import type { Clock } from '../kernel/clock.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { runFolder } from '../runs/folder.ts';
import { isWritten, readResult } from '../runs/results.ts';
import type { RunView } from '../runs/view.ts';
import { answerOf, answerOfRun, refusal } from './answers.ts';
import type { Answer, Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import type { Outbox } from './outbox.ts';

const pauseMs = 30_000;
const lookPauseMs = 5_000;
const triesMax = 10;

/** What it needs of a house. */
export interface Beginner {
  /** The names of those it works on now. */
  readonly working: readonly string[];
  begin(entry: Entry): Promise<unknown>;
  view(run: string): Promise<RunView>;
}

export interface QueueParts {
  readonly home: string;
  readonly ledger: Ledger;
  /** Null: nobody waits for answers. */
  readonly outbox: Outbox | null;
  readonly beginner: Beginner;
  readonly concurrency: number;
  readonly clock: Clock;
}

interface Delay {
  readonly tries: number;
  readonly nextMs: number;
}

export class WorkQueue {
  readonly #parts: QueueParts;
  readonly #begun = new Set<string>();
  readonly #delays = new Map<string, Delay>();
  /** Why the run of an entry can't be read, until it can. */
  readonly #troubles = new Map<string, unknown>();

  constructor(parts: QueueParts) {
    this.#parts = parts;
    for (const entry of parts.ledger.open) if (this.#hasRun(entry)) this.#begun.add(entry.key);
  }

  /** The runs of those that are under way. */
  get runs(): readonly string[] {
    return this.#under.map(({ run }) => run);
  }

  get waiting(): readonly Entry[] {
    return this.#parts.ledger.open.filter(({ key }) => !this.#begun.has(key));
  }

  /** Throws what one can't be looked at for, once all others have been attended to. */
  async look(): Promise<void> {
    for (const entry of this.#under) {
      await this.#settle(entry).catch((error: unknown) => {
        this.#wait(entry.key);
        this.#troubles.set(entry.key, error);
      });
    }
    const waiting = this.waiting.filter(({ key }) => this.#isDue(key));
    const free = Math.max(0, this.#parts.concurrency - this.#begun.size);
    for (const entry of waiting.slice(0, free)) await this.#begin(entry);
    for (const trouble of this.#troubles.values()) throw trouble;
  }

  get #under(): readonly Entry[] {
    return this.#parts.ledger.open.filter(({ key }) => this.#begun.has(key));
  }

  async #begin(entry: Entry): Promise<void> {
    const { beginner } = this.#parts;
    try {
      await beginner.begin(entry);
      this.#begun.add(entry.key);
      this.#delays.delete(entry.key);
    } catch (error) {
      // It got as far as being a run: from here on it is gone on with.
      if (this.#hasRun(entry)) this.#begun.add(entry.key);
      else if (!this.#mayTryAgain(entry, error)) this.#finish(entry, refusal(entry.key, error));
    }
  }

  /** A full disk is nobody's mistake, and may be mended soon. */
  #mayTryAgain({ key }: Entry, error: unknown): boolean {
    const tries = (this.#delays.get(key)?.tries ?? 0) + 1;
    const isPassing = !isUserError(error) || /^(home|host)\./.test(error.code);
    if (!isPassing || tries >= triesMax) return false;
    this.#delays.set(key, { tries, nextMs: this.#parts.clock.elapsed() + pauseMs });
    return true;
  }

  async #settle(entry: Entry): Promise<void> {
    const answer = await this.#answerTo(entry);
    if (answer) this.#finish(entry, answer);
  }

  /** Null while it goes on, or waits for somebody to go on with it. */
  async #answerTo({ key, work, run }: Entry): Promise<Answer | null> {
    const { home, beginner } = this.#parts;
    const folder = runFolder(home, runId(run));
    if (work.kind === 'task' && isWritten(folder, work.asked.id)) {
      const result = await readResult(folder, work.asked.id);
      return result && answerOf(key, run, result);
    }
    if (beginner.working.includes(run) || !this.#isDue(key)) return null;
    if (!existsSync(folder.order)) return refusal(key, removed(run));
    const view = await beginner.view(run);
    this.#troubles.delete(key);
    if (isOver(view)) return answerOfRun(key, view);
    this.#wait(key);
    return null;
  }

  /** Reading a whole journal to learn that nothing has changed is not for every look. */
  #wait(key: string): void {
    this.#delays.set(key, { tries: 0, nextMs: this.#parts.clock.elapsed() + lookPauseMs });
  }

  #isDue(key: string): boolean {
    return (this.#delays.get(key)?.nextMs ?? 0) <= this.#parts.clock.elapsed();
  }

  #finish(entry: Entry, answer: Answer): void {
    const { ledger, outbox } = this.#parts;
    if (entry.from.kind === 'inbox') outbox?.write(answer);
    ledger.finish({ entry, answer });
    this.#begun.delete(entry.key);
    this.#delays.delete(entry.key);
    this.#troubles.delete(entry.key);
  }

  #hasRun({ run }: Entry): boolean {
    return existsSync(runFolder(this.#parts.home, runId(run)).order);
  }
}

export const isOver = ({ status }: RunView): boolean => !['planning', 'running'].includes(status);

function removed(run: string): UserError {
  return new UserError('run.unknown', `its run ${run} was removed`, 'ask for it by another id');
}
