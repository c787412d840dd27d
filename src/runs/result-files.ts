/**
 * Puts the results of tasks on disk: right here while few come at a time, which takes less than a
 * turn of another thread; by a thread of its own when many do, so that nothing else waits for them.
 *
 * Owns: the thread, and what was given to it and is not on disk.
 * Invariants:
 * - files are written in the order in which their tasks ended;
 * - a result counts as written once its file is there, whole; one that the thread writes may be
 *   there empty for a moment before;
 * - a thread that breaks loses nothing: what it had not written is written here.
 */
import type { Worker } from 'node:worker_threads';
import type { TaskRecord } from '../../machines/events.ts';
import { UserError } from '../kernel/user-error.ts';
import { type Draft, writeAll, writeNew } from './disk.ts';
import { inOneText } from './one-text.ts';

/** The thread's answer to a batch: null, or why it could not be written. A class can't be sent. */
export type Filed = null | {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
};

interface Batch {
  readonly drafts: readonly Draft[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** So many in one turn of the event loop are worth a thread. */
const manyAtOnce = 32;

export class ResultFiles {
  readonly #draftOf: (record: TaskRecord) => Draft;
  /** Null where there is none: then all is written here. */
  readonly #threadFile: () => string | null;
  #thread: Worker | 'none' | null = null;
  /** Given in this turn. */
  #drafts: Draft[] = [];
  #turn: Promise<void> | null = null;
  /** At the thread, oldest first. */
  readonly #batches: Batch[] = [];
  /** The end of the newest of them. */
  #last: Promise<void> | null = null;

  constructor(draftOf: (record: TaskRecord) => Draft, threadFile: () => string | null) {
    this.#draftOf = draftOf;
    this.#threadFile = threadFile;
  }

  /** Resolves when the file is there; rejects with a UserError when it can't be. */
  write(record: TaskRecord): Promise<void> {
    this.#drafts.push(this.#draftOf(record));
    this.#turn ??= this.#file();
    return this.#turn;
  }

  /** Undefined: all is on disk. Else resolves when whatever was given so far is, or has failed. */
  underWay(): Promise<unknown> | undefined {
    return (this.#turn ?? this.#last)?.catch(() => undefined);
  }

  /** Whatever the thread was given is on disk, or has failed, when this resolves. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = 'none';
    if (thread !== 'none') await thread?.terminate();
  }

  /** After all that ended in the same turn. */
  async #file(): Promise<void> {
    await null;
    const drafts = this.#drafts;
    this.#drafts = [];
    this.#turn = null;
    const isFew = drafts.length < manyAtOnce && this.#batches.length === 0;
    const thread = isFew ? null : this.#openThread();
    if (thread === null) return writeAll(drafts);
    return this.#give(thread, drafts);
  }

  #give(thread: Worker, drafts: readonly Draft[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#batches.push({ drafts, resolve, reject });
    });
    const forget = (): void => {
      if (this.#last === done) this.#last = null;
    };
    this.#last = done;
    done.then(forget, forget);
    // Whoever waits for it must not end before it.
    thread.ref();
    thread.postMessage(inOneText(drafts));
    return done;
  }

  #openThread(): Worker | null {
    if (this.#thread === null) {
      const file = this.#threadFile();
      this.#thread = file === null ? 'none' : this.#begin(file);
    }
    return this.#thread === 'none' ? null : this.#thread;
  }

  #begin(file: string): Worker {
    // Most runs need none: what makes threads is not loaded for those.
    const threads = process.getBuiltinModule('node:worker_threads');
    const thread = new threads.Worker(file);
    thread.on('message', (filed: Filed) => this.#settle(thread, filed));
    // An error is an end, too: unheard, it would be everybody's.
    thread.on('error', () => {}).on('exit', () => this.#doWithout());
    thread.unref();
    return thread;
  }

  #settle(thread: Worker, filed: Filed): void {
    const batch = this.#batches.shift();
    if (this.#batches.length === 0) thread.unref();
    if (filed === null) batch?.resolve();
    else batch?.reject(new UserError(filed.code, filed.message, filed.hint));
  }

  #doWithout(): void {
    this.#thread = 'none';
    for (const { drafts, resolve, reject } of this.#batches.splice(0)) {
      try {
        writeNew(drafts);
        resolve();
      } catch (error) {
        reject(error);
      }
    }
  }
}
