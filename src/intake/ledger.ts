/**
 * What a house has taken upon itself, on disk: `serve/open/<key>.json`, later `serve/done/`.
 *
 * Owns: the entries that are not finished, in memory as well.
 * Invariants:
 * - an entry is on disk before its file leaves the inbox, and stays until its answer is out;
 * - a key is taken once: whoever brings it again is told what came of it;
 * - what is open and what is remembered as done are bounded.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, flushFolder, unwritable, writeForGood } from '../runs/disk.ts';
import { byUrgency, type Entry, type Finished } from './entry.ts';
import { putAside, readWhole } from './whole.ts';

export const openMax = 10_000;
/** A task that was done before so many others may be done again. */
const doneMax = 10_000;
const recentMax = 50;
/** The oldest are looked for each time so many have been added. */
const pruneEvery = 1_000;

export class Ledger {
  readonly #open: string;
  readonly #done: string;
  readonly #entries = new Map<string, Entry>();
  /** Null: something has changed since. */
  #sorted: readonly Entry[] | null = null;
  readonly #recent: Finished[] = [];
  #addedSincePrune = pruneEvery;

  constructor(home: string) {
    this.#open = join(home, 'serve', 'open');
    this.#done = join(home, 'serve', 'done');
    try {
      ensureFolder(this.#open);
      ensureFolder(this.#done);
    } catch (error) {
      throw unwritable(home, error);
    }
    for (const name of jsonIn(this.#open)) {
      const path = join(this.#open, name);
      const entry = readWhole(path) as Entry | null;
      // Killed between the two steps of finishing it.
      if (existsSync(join(this.#done, name))) rmSync(path, { force: true });
      else if (isEntry(entry, name)) this.#entries.set(entry.key, entry);
      else putAside(path);
    }
  }

  /** Most urgent first. */
  get open(): readonly Entry[] {
    this.#sorted ??= [...this.#entries.values()].sort(byUrgency);
    return this.#sorted;
  }

  get isFull(): boolean {
    return this.#entries.size >= openMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Those that were finished since the house was opened, the newest last. */
  get recent(): readonly Finished[] {
    return this.#recent;
  }

  findOpen(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  findDone(key: string): Finished | null {
    return readWhole(fileOf(this.#done, key)) as Finished | null;
  }

  /** It is safe when this returns. */
  add(entry: Entry): void {
    writeForGood(fileOf(this.#open, entry.key), `${JSON.stringify(entry)}\n`);
    this.#entries.set(entry.key, entry);
    this.#sorted = null;
  }

  /** Once whoever waits for it has the answer. */
  finish(finished: Finished): void {
    const { key } = finished.entry;
    writeForGood(fileOf(this.#done, key), `${JSON.stringify(finished)}\n`);
    rmSync(fileOf(this.#open, key), { force: true });
    flushFolder(this.#open);
    this.#entries.delete(key);
    this.#sorted = null;
    this.#recent.push(finished);
    if (this.#recent.length > recentMax) this.#recent.shift();
    this.#prune();
  }

  #prune(): void {
    this.#addedSincePrune += 1;
    if (this.#addedSincePrune < pruneEvery) return;
    this.#addedSincePrune = 0;
    const names = jsonIn(this.#done);
    if (names.length <= doneMax) return;
    const aged = names.map((name) => ({ name, at: writtenAt(join(this.#done, name)) }));
    aged.sort((one, other) => one.at - other.at);
    for (const { name } of aged.slice(0, names.length - doneMax)) {
      rmSync(join(this.#done, name), { force: true });
    }
  }
}

/** As far as a person may have spoiled it. */
const isEntry = (entry: Entry | null, name: string): entry is Entry =>
  `${entry?.key}.json` === name && typeof entry?.run === 'string' && Boolean(entry.work?.kind);

const fileOf = (folder: string, key: string): string => join(folder, `${key}.json`);

const jsonIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.json'));

function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
