/**
 * What was learned: finished tasks are kept, found again by meaning, and forgotten when asked.
 *
 * Owns: the database, and what it holds of it in order to search. Opened lazily part by part: who
 * only remembers never loads an index, who only looks never a writer.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreWish } from './chroma/choice.ts';
import type { ChromaAddress } from './chroma/chroma-index.ts';
import type { Embedder } from './embedding/embedder.ts';
import { Embedding } from './embedding/stand-in.ts';
import { Finder, type StoreStatus } from './finder.ts';
import { forgetFromExports } from './manager/exporting.ts';
import { MemoryManager } from './manager/manager.ts';
import type { Scored } from './search/searcher.ts';
import { hashesOf, termsOf } from './search/terms.ts';
import type { Time } from './time.ts';
import { type Counts, type Course, compareRecall, countAll } from './truth/counting.ts';
import { Database } from './truth/database.ts';
import { noteRecall } from './truth/recalls.ts';
import { redactor } from './truth/redaction.ts';
import { Scribe } from './truth/scribe.ts';
import { noteSource, sourcesSeen } from './truth/sources.ts';
import type { FinishedTask, TaskMemory } from './truth/task-memory.ts';
import {
  countTasks,
  forgetTasks,
  knownTasks,
  namesOf,
  readTasks,
  tasksMeant,
  tasksOfRun,
} from './truth/tasks.ts';
import { penaltyFor, type Validity, validityOf } from './validity.ts';

export interface MemoryOptions {
  /** Everything is kept in it; made when it is not there. */
  readonly folder: string;
  readonly time: Time;
  /** Default: the word vectors of the package. */
  readonly embedder?: Embedder;
  /** Regular expressions of what must not be kept, beside keys and tokens of known forms. */
  readonly redact?: readonly string[];
  /** Which index searches. Default: a server that runs, else the one that is built in. */
  readonly store?: StoreWish;
  /** A Chroma server that somebody else runs. */
  readonly chroma?: ChromaAddress | null;
  /** `long` for processes that ask again and again: they may start a server. Default: short. */
  readonly lives?: 'short' | 'long';
}

export interface Similar {
  /** From 0 to 1. */
  readonly score: number;
  readonly task: TaskMemory;
  readonly validity: Validity;
}

export interface MemoryCounts extends Counts {
  readonly embedder: string;
  /** Why it could not be asked the last time; null when it could. */
  readonly embedder_trouble: string | null;
  /** That have a vector of another one: they are found by their words alone until it is renewed. */
  readonly outdated: number;
  /** Whether it helped to be told of the past. */
  readonly recall: { readonly told: Course; readonly others: Course };
}

/** More are looked at than are answered: what no longer holds may lose its place. */
const lookedAtMin = 20;

export function openMemory(options: MemoryOptions): Memory {
  mkdirSync(options.folder, { recursive: true });
  return new Memory(options);
}

export class Memory {
  readonly #options: MemoryOptions;
  readonly #database: Database;
  readonly #scribe: Scribe;
  /** Prunes, archives, consolidates, exports. */
  readonly manager: MemoryManager;
  readonly #embedding: Embedding;
  #finder: Promise<Finder> | null = null;

  constructor(options: MemoryOptions) {
    const { folder, time, embedder, redact } = options;
    this.#options = options;
    this.#database = Database.open(join(folder, 'memory.db'));
    this.#embedding = new Embedding(embedder ?? null);
    this.#scribe = new Scribe({
      database: this.#database,
      embed: (texts) => this.#embedding.embed(texts),
      redact: redactor(redact),
      time,
    });
    this.manager = new MemoryManager({
      database: this.#database,
      time,
      prepare: (tasks) => this.#scribe.prepare(tasks),
      embedder: () => this.embedder,
    });
  }

  get embedder(): Embedder {
    return this.#embedding.embedder;
  }

  get count(): number {
    return countTasks(this.#database);
  }

  /** Safe when it resolves. Each task of a run counts once. */
  remember(tasks: readonly FinishedTask[]): Promise<void> {
    return this.#scribe.keep(tasks);
  }

  /** The tasks nearest in meaning, best first. */
  async similar(text: string, count: number): Promise<readonly Similar[]> {
    const { id: embedder, vectors } = await this.#embedding.embed([text]);
    const [vector] = vectors as readonly [Float32Array];
    const question = { embedder, vector, hashes: hashesOf(termsOf(text)) };
    const { recollection } = await this.#find();
    const found = await recollection.search(question, Math.max(lookedAtMin, 2 * count));
    recollection.save();
    const judged = await this.#judge(found);
    return judged.sort((a, b) => b.score - a.score).slice(0, count);
  }

  /**
   * Takes the tasks out of everything that memory keeps, also out of its archive and the files that
   * it has exported; they are not remembered again.
   */
  async forget(ids: readonly number[]): Promise<number> {
    const names = namesOf(this.#database, ids);
    const count = forgetTasks(this.#database, ids);
    await forgetFromExports(this.#database, names);
    await (await this.#find()).forget();
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return count;
  }

  /** Those that a person may mean: by `run/task`, by a run, or by words that stand in them. */
  meant(words: string): readonly TaskMemory[] {
    return [...tasksMeant(this.#database, words), ...this.manager.archived(words)];
  }

  /** That a task was told of others, by their ids. */
  noteRecall(runId: string, taskId: string, sources: readonly number[]): void {
    const now = this.#options.time.now();
    noteRecall(this.#database, runId, taskId, sources, now);
  }

  stats(): MemoryCounts {
    const recall = compareRecall(this.#database);
    return {
      ...countAll(this.#database),
      embedder: this.embedder.id,
      embedder_trouble: this.#embedding.trouble,
      outdated: this.manager.outdated(),
      recall,
    };
  }

  tasksOfRun(runId: string): readonly TaskMemory[] {
    return tasksOfRun(this.#database, runId);
  }

  /** The tasks of a run that need not be looked at again. */
  known(runId: string): ReadonlySet<string> {
    return knownTasks(this.#database, runId);
  }

  /** How each source looked when all that it had was remembered. */
  sources(): ReadonlyMap<string, string> {
    return sourcesSeen(this.#database);
  }

  noteSource(name: string, signature: string): void {
    noteSource(this.#database, name, signature);
  }

  /** Makes the next opening fast; for who has time. */
  async tidy(): Promise<void> {
    const { recollection } = await this.#find();
    await recollection.sync();
    recollection.save();
  }

  /** Which index searches, and why. */
  async store(): Promise<StoreStatus> {
    return (await this.#find()).status();
  }

  /** Resolves when the index has all that is remembered. */
  async level(): Promise<void> {
    await (await this.#find()).level();
  }

  async close(): Promise<void> {
    await this.#scribe.quiet();
    await this.#finder?.then((finder) => finder.close()).catch(() => {});
    this.#database.close();
  }

  async #judge(found: readonly Scored[]): Promise<Similar[]> {
    const tasks = this.#byId(found.map(({ id }) => id));
    const newer = this.#byId([...tasks.values()].flatMap((task) => task.supersededBy ?? []));
    const judged = found.map(async ({ id, score }) => {
      const task = tasks.get(id);
      if (!task) return [];
      const validity = await validityOf(task, newer.get(task.supersededBy ?? 0) ?? null);
      return [{ score: Math.max(0, score - penaltyFor(validity)), task, validity }];
    });
    return (await Promise.all(judged)).flat();
  }

  #byId(ids: readonly number[]): ReadonlyMap<number, TaskMemory> {
    return new Map(readTasks(this.#database, ids).map((task) => [task.id, task]));
  }

  /** A search that could not be opened is tried again by who asks next. */
  #find(): Promise<Finder> {
    const { folder, time, store: wish = 'auto', chroma: address = null } = this.#options;
    const { lives = 'short' } = this.#options;
    const [database, { embedder }] = [this.#database, this];
    this.#finder ??= Finder.open({ folder, database, embedder, time, wish, address, lives });
    this.#finder.catch(() => {
      this.#finder = null;
    });
    return this.#finder;
  }
}
