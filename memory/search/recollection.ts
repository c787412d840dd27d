/**
 * What a process holds of the database in order to search it, brought up to date before each look.
 *
 * Owns: the terms, the feed of the semantic index, and how far both have read.
 * Invariants:
 * - everything up to `#mark` that is not gone is in the terms and was given to the feed;
 * - the saved copy is only that: without it, or with a damaged one, all is read again.
 */
import type { Database } from '../truth/database.ts';
import { renewedAfter } from '../truth/renewing.ts';
import { goneAfter, readTraces, tracesAfter } from '../truth/tasks.ts';
import type { Question } from './ranking.ts';
import { bytesOf, loadArrays, removeArrays, saveArrays } from './saved-arrays.ts';
import { type Scored, search } from './searcher.ts';
import type { Feed } from './semantic-index.ts';
import { type TermArrays, TermRows } from './term-rows.ts';

/** Makes a feed of what it had when it was saved; of nothing when that is empty. */
export type MakeFeed = (saved: readonly Uint8Array[]) => Feed;

interface Head {
  /** Whose vectors the feed had. */
  readonly feed: string;
  /** The last task it knows. */
  readonly mark: number;
  /** The last removal it knows. */
  readonly gone: number;
  /** The last change of a vector it knows. */
  readonly renewed: number;
}

const pageRows = 2_000;
/** So many new texts, or such a share of all, make it worth to save them. */
const unsavedMin = 200;
const unsavedShare = 0.05;
const termParts = 3;

export class Recollection {
  readonly #database: Database;
  readonly #file: string;
  readonly #name: string;
  readonly #feed: Feed;
  readonly #terms: TermRows;
  #head: Head;
  #saved: Head;

  /** `name` says whose vectors the feed has: what others have saved is not used. */
  constructor(database: Database, file: string, name: string, makeFeed: MakeFeed) {
    this.#database = database;
    this.#file = file;
    this.#name = name;
    const saved = loadArrays<Head>(file);
    const usable = saved?.head.feed === name ? saved : null;
    this.#head = usable?.head ?? nothing(name);
    this.#saved = this.#head;
    this.#terms = new TermRows(usable ? termsIn(usable.arrays) : undefined);
    this.#feed = makeFeed(usable?.arrays.slice(termParts) ?? []);
  }

  /** Best first. */
  async search(question: Question, count: number): Promise<readonly Scored[]> {
    await this.sync();
    return search(question, count, {
      semantic: this.#feed.index,
      embedder: this.#feed.embedder,
      terms: this.#terms,
      traces: (ids) => readTraces(this.#database, ids),
    });
  }

  async sync(): Promise<void> {
    let { mark, gone, renewed } = this.#head;
    for (;;) {
      const traces = tracesAfter(this.#database, mark, pageRows);
      this.#feed.take(traces);
      for (const { id, hashes } of traces) this.#terms.add(id, hashes);
      mark = traces.at(-1)?.id ?? mark;
      if (traces.length < pageRows) break;
    }
    const renewal = renewedAfter(this.#database, renewed);
    this.#feed.renew(renewal?.traces ?? []);
    renewed = renewal?.count ?? renewed;
    const lost = goneAfter(this.#database, gone);
    for (const { id } of lost) this.#terms.remove(id);
    if (lost.length > 0) await this.#feed.drop(lost.map(({ id }) => id));
    gone = lost.at(-1)?.count ?? gone;
    this.#head = { feed: this.#name, mark, gone, renewed };
    await this.#feed.settle();
  }

  /** For the next process, which then starts sooner; when there is enough of it that is new. */
  save(): void {
    const { mark, gone, renewed } = this.#head;
    const unsaved =
      mark - this.#saved.mark + gone - this.#saved.gone + renewed - this.#saved.renewed;
    if (unsaved < Math.max(unsavedMin, mark * unsavedShare)) return;
    const { ids, starts, hashes } = this.#terms.arrays();
    const arrays = [ids, starts, hashes, ...this.#feed.arrays()].map(bytesOf);
    saveArrays(this.#file, this.#head, arrays);
    this.#saved = this.#head;
  }

  /** The saved copy has traces of what was forgotten. */
  forgetSaved(): void {
    removeArrays(this.#file);
    this.#saved = nothing(this.#name);
  }

  close(): Promise<void> {
    return this.#feed.index.close();
  }
}

const nothing = (feed: string): Head => ({ feed, mark: 0, gone: 0, renewed: 0 });

function termsIn([ids, starts, hashes]: readonly Uint8Array[]): TermArrays | undefined {
  if (!ids || !starts || !hashes) return undefined;
  return {
    ids: new Float64Array(ids.buffer, ids.byteOffset, ids.byteLength / 8),
    starts: new Uint32Array(starts.buffer, starts.byteOffset, starts.byteLength / 4),
    hashes: new Uint32Array(hashes.buffer, hashes.byteOffset, hashes.byteLength / 4),
  };
}
