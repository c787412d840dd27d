/**
 * Writes what is to be remembered: one writer, many tasks a commit.
 *
 * Owns: the tasks that wait. Invariant: who has been answered finds them after a crash.
 */
import type { Embedded } from '../embedding/stand-in.ts';
import { pack } from '../search/small-vector.ts';
import { hashesOf, termsOf } from '../search/terms.ts';
import type { Time } from '../time.ts';
import type { Database } from './database.ts';
import type { Redact } from './redaction.ts';
import type { FinishedTask } from './task-memory.ts';
import { keepTasks, type Memorable } from './tasks.ts';

interface Waiting {
  readonly task: FinishedTask;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export interface Desk {
  readonly database: Database;
  readonly embed: (texts: readonly string[]) => Promise<Embedded>;
  readonly redact: Redact;
  readonly time: Time;
}

/** More are another commit: nobody waits long, and other writers get their turn. */
const commitMax = 256;

export class Scribe {
  readonly #desk: Desk;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Resolves once all of them are safe. */
  async keep(tasks: readonly FinishedTask[]): Promise<void> {
    const kept = tasks.map(
      (task) =>
        new Promise<void>((done, failed) => {
          this.#waiting.push({ task, done, failed });
        }),
    );
    this.#writing ??= this.#write();
    await Promise.all(kept);
  }

  /** Resolves when nothing waits any more. */
  async quiet(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    // Whoever asks in the same turn is in the same commit.
    await this.#desk.time.breathe();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, commitMax);
      this.#waiting = this.#waiting.slice(commitMax);
      await this.#commit(batch);
      await this.#desk.time.breathe();
    }
    this.#writing = null;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { database, time } = this.#desk;
    try {
      const ready = await this.prepare(batch.map(({ task }) => task));
      keepTasks(database, ready, time.now());
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }

  /** Without secrets, and with what they are compared by. */
  async prepare(tasks: readonly FinishedTask[]): Promise<readonly Memorable[]> {
    const { redact } = this.#desk;
    const clean = tasks.map((task) => withoutSecrets(task, redact));
    const { id, vectors } = await this.#desk.embed(clean.map(({ prompt }) => prompt));
    return clean.map((task, at) => ({
      task,
      embedder: id,
      packed: pack(vectors[at] as Float32Array),
      hashes: hashesOf(termsOf(task.prompt)),
    }));
  }
}

function withoutSecrets(task: FinishedTask, redact: Redact): FinishedTask {
  return {
    ...task,
    prompt: redact(task.prompt),
    solution: redact(task.solution),
    fault: task.fault === null ? null : redact(task.fault),
    evidence: task.evidence.map((look) => ({ ...look, summary: redact(look.summary) })),
  };
}
