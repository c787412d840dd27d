/**
 * What a process holds of the database in order to search it, brought up to date before each look.
 *
 * Owns: the semantic index, the lexicon, and how far both have read.
 * Invariants:
 * - everything up to `#mark` that is not gone is in the lexicon and was given to the index;
 * - the saved lexicon is a copy: without it, or with a damaged one, all is read again.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Database } from '../truth/database.ts';
import { countTasks, readTraces, tracesAfter } from '../truth/tasks.ts';
import { Commonness } from './commonness.ts';
import { Lexicon } from './lexicon.ts';
import type { Question } from './ranking.ts';
import { type Scored, search } from './searcher.ts';
import type { Feed } from './semantic-index.ts';
import { termsOf } from './terms.ts';

interface SavedHead {
  /** The last task it knows. */
  readonly mark: number;
  /** The last removal it knows. */
  readonly gone: number;
}

const pageRows = 2_000;
/** So many new texts make it worth to save the lexicon again. */
const unsavedMin = 500;

export class Recollection {
  readonly #database: Database;
  readonly #feed: Feed;
  readonly #file: string;
  readonly #commonness = new Commonness();
  #lexicon: Lexicon;
  #mark = 0;
  #gone = 0;
  /** What the saved copy knows. */
  #saved: SavedHead;

  constructor(database: Database, feed: Feed, file: string) {
    this.#database = database;
    this.#feed = feed;
    this.#file = file;
    const { lexicon, head } = loadLexicon(file);
    this.#lexicon = lexicon;
    this.#saved = head;
    this.#gone = head.gone;
  }

  /** Best first. */
  async search(question: Question, count: number): Promise<readonly Scored[]> {
    await this.sync();
    return search(question, count, {
      semantic: this.#feed.index,
      lexicon: this.#lexicon,
      commonness: this.#commonness,
      traces: (ids) => readTraces(this.#database, ids),
    });
  }

  async sync(): Promise<void> {
    for (;;) {
      const traces = tracesAfter(this.#database, this.#mark, pageRows);
      if (traces.length === 0) break;
      this.#feed.take(traces);
      for (const { id, hashes } of traces) {
        this.#commonness.add(hashes);
        if (id > this.#saved.mark) this.#learn(id);
        this.#mark = id;
      }
    }
    const gone = this.#goneAfter();
    for (const [count, id] of gone) {
      this.#lexicon.remove(id);
      this.#gone = count;
    }
    if (gone.length > 0) await this.#feed.drop(gone.map(([, id]) => id));
    await this.#feed.settle();
  }

  /** For the next process, which then starts sooner. */
  save(): void {
    const unsaved = this.#mark - this.#saved.mark + (this.#gone - this.#saved.gone);
    if (unsaved < Math.max(unsavedMin, countTasks(this.#database) / 10)) return;
    const head: SavedHead = { mark: this.#mark, gone: this.#gone };
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(head)}\n${this.#lexicon.save()}`);
    renameSync(draft, this.#file);
    this.#saved = head;
  }

  /** The saved copy holds words of what was forgotten. */
  forgetSaved(): void {
    rmSync(this.#file, { force: true });
    this.#saved = { mark: 0, gone: 0 };
  }

  close(): Promise<void> {
    return this.#feed.index.close();
  }

  #learn(id: number): void {
    const [prompt] =
      this.#database.row<[string]>('SELECT prompt FROM tasks WHERE id = ?', id) ?? [];
    if (prompt !== undefined && !this.#lexicon.has(id)) {
      this.#lexicon.add(id, termsOf(prompt), this.#commonness);
    }
  }

  #goneAfter(): readonly (readonly [count: number, id: number])[] {
    const sql = 'SELECT count, id FROM gone WHERE count > ? ORDER BY count';
    return this.#database.rows<[number, number]>(sql, this.#gone);
  }
}

function loadLexicon(file: string): { readonly lexicon: Lexicon; readonly head: SavedHead } {
  try {
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const head = JSON.parse(text.slice(0, end)) as SavedHead;
    return { lexicon: Lexicon.load(text.slice(end + 1)), head };
  } catch {
    return { lexicon: Lexicon.empty(), head: { mark: 0, gone: 0 } };
  }
}
