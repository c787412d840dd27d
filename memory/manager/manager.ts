/**
 * Looks after what is remembered: what is worth little goes out of the way, what is the same is
 * kept once, what is known to be stale is told so.
 *
 * Owns nothing: all that it knows is in the database, so that any process may look after it.
 * Invariant: what is pinned, or a living run may need, stays where it is.
 */
import type { Embedder } from '../embedding/embedder.ts';
import type { Time } from '../time.ts';
import {
  type ArchivedTask,
  allArchived,
  archivedMeant,
  archiveTasks,
  type Leaving,
  restoreTasks,
} from '../truth/archive.ts';
import { compareRecall, countAll, countForeign, readWorths } from '../truth/counting.ts';
import type { Database } from '../truth/database.ts';
import { outdated, renewTraces } from '../truth/renewing.ts';
import type { FinishedTask } from '../truth/task-memory.ts';
import type { Memorable } from '../truth/tasks.ts';
import { inheritUses, leastChecked, noteChecks, pastIn, pinTasks } from '../truth/upkeep.ts';
import { whyStale } from '../validity.ts';
import { type Group, groupDuplicates } from './duplicates.ts';
import { exportTo } from './exporting.ts';
import { type Health, healthOf } from './health.ts';
import { type Imported, Importer } from './importing.ts';
import { type Budget, type Surplus, surplus } from './value.ts';

export interface ManagerDesk {
  readonly database: Database;
  readonly time: Time;
  /** Without secrets, and with what they are compared by. */
  readonly prepare: (tasks: readonly FinishedTask[]) => Promise<readonly Memorable[]>;
  /** The one in use. */
  readonly embedder: () => Embedder;
}

/** The runs that are under way. */
type Live = ReadonlySet<string>;

/** A look at a task's files holds for so long. */
const checkHoldsMs = 60 * 60 * 1_000;
const restoredAtOnce = 256;
const renewedAtOnce = 64;

export class MemoryManager {
  readonly #desk: ManagerDesk;

  constructor(desk: ManagerDesk) {
    this.#desk = desk;
  }

  /** Answers how many it has changed. */
  pin(ids: readonly number[], pin: 'on' | 'off'): number {
    return pinTasks(this.#database, ids, pin);
  }

  /** What must go to keep to a budget, least worth first; nothing is changed. */
  surplus(budget: Budget, live: Live): readonly Surplus[] {
    return surplus(readWorths(this.#database, live), budget, this.#now);
  }

  /** Out of the way, not away: `restore` brings them back. Answers how many. */
  archive(leaving: readonly Leaving[]): number {
    return archiveTasks(this.#database, leaving, this.#now);
  }

  /** Those that a person may mean; all of them for no words. */
  archived(words: string): readonly ArchivedTask[] {
    if (words.trim() === '') return allArchived(this.#database);
    return archivedMeant(this.#database, words);
  }

  /** Answers how many. */
  async restore(tasks: readonly ArchivedTask[]): Promise<number> {
    let count = 0;
    for (let at = 0; at < tasks.length; at += restoredAtOnce) {
      const page = tasks.slice(at, at + restoredAtOnce);
      const ready = await this.#desk.prepare(page);
      const whole = ready.map((each, place) => {
        const { id, pinned, supersededBy, archivedAt, why } = page[place] as ArchivedTask;
        return { ...each, task: { ...each.task, id, pinned, supersededBy, archivedAt, why } };
      });
      count += restoreTasks(this.#database, whole, this.#now);
      await this.#desk.time.breathe();
    }
    return count;
  }

  /** What says the same in nearly the same words; nothing is changed. */
  duplicates(live: Live): readonly Group[] {
    return groupDuplicates(pastIn(this.#database, live));
  }

  /** Of each group the best stays, and is known for all of them. Answers how many were archived. */
  consolidate(groups: readonly Group[]): number {
    let count = 0;
    for (const { keeps, likes } of groups) {
      inheritUses(this.#database, likes, keeps);
      const why = `it says the same as memory ${keeps}`;
      count += this.archive(likes.map((id) => ({ id, why })));
    }
    return count;
  }

  /** Looks whether files are as they were, at those first whose last look is the longest ago. */
  async inspect(countMax: number): Promise<number> {
    const unchecked = leastChecked(this.#database, this.#now - checkHoldsMs, countMax);
    const whys: [number, string | null][] = [];
    for (const { id, files, gitCommit } of unchecked) {
      whys.push([id, await whyStale(files, gitCommit)]);
    }
    if (whys.length > 0) noteChecks(this.#database, whys, this.#now);
    return whys.length;
  }

  /** How many have a vector of another embedder than the one in use. */
  outdated(): number {
    return countForeign(this.#database, this.#desk.embedder().id);
  }

  /** Gives so many of them, at most, a vector of the one in use. Answers how many. */
  async renew(countMax: number, onProgress: (renewed: number) => void = () => {}) {
    const embedder = this.#desk.embedder();
    let renewed = 0;
    while (renewed < countMax) {
      const count = Math.min(renewedAtOnce, countMax - renewed);
      const page = outdated(this.#database, embedder.id, count);
      if (page.length === 0) break;
      const vectors = await embedder.embed(page.map(({ prompt }) => prompt));
      const fresh = page.map(({ id }, at) => [id, vectors[at] as Float32Array] as const);
      renewTraces(this.#database, embedder.id, fresh);
      renewed += page.length;
      onProgress(renewed);
      await this.#desk.time.breathe();
    }
    return renewed;
  }

  health(live: Live): Health {
    const duplicates = this.duplicates(live).reduce((sum, { likes }) => sum + likes.length, 0);
    const foreign = this.outdated();
    const counts = countAll(this.#database);
    return healthOf({ ...counts, ...compareRecall(this.#database), foreign, duplicates });
  }

  /** Everything, archived or not, into a file that is whole or not there. Answers how many. */
  export(path: string): Promise<number> {
    return exportTo(this.#database, path, this.#desk.time);
  }

  /** Takes in what an export has: line by line, bad ones named and left out. */
  import(lines: AsyncIterable<string>): Promise<Imported> {
    const { database, prepare, time } = this.#desk;
    return new Importer({ database, prepare, time }).take(lines);
  }

  get #database(): Database {
    return this.#desk.database;
  }

  get #now(): number {
    return this.#desk.time.now();
  }
}
