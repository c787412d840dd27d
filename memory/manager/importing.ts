/** Takes memories in from lines: every good one, once, and every bad one by its number. */
import type { Time } from '../time.ts';
import { archiveWithin } from '../truth/archive.ts';
import type { Database } from '../truth/database.ts';
import type { FinishedTask } from '../truth/task-memory.ts';
import { keepTask, type Memorable } from '../truth/tasks.ts';
import { keepUses } from '../truth/upkeep.ts';
import { type Dossier, isHeadLine, readLine } from './export-lines.ts';

export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

export interface Imported {
  readonly added: number;
  /** Those that are remembered, archived or forgotten already: they stay as they are. */
  readonly known: number;
  readonly bad: readonly BadLine[];
}

export interface ImportDesk {
  readonly database: Database;
  readonly time: Time;
  readonly prepare: (tasks: readonly FinishedTask[]) => Promise<readonly Memorable[]>;
}

const batchMax = 256;

export class Importer {
  readonly #desk: ImportDesk;
  readonly #bad: BadLine[] = [];
  #added = 0;
  #known = 0;

  constructor(desk: ImportDesk) {
    this.#desk = desk;
  }

  async take(lines: AsyncIterable<string>): Promise<Imported> {
    let waiting: Dossier[] = [];
    let number = 0;
    for await (const line of lines) {
      number += 1;
      const dossier = this.#read(line, number);
      if (dossier) waiting.push(dossier);
      if (waiting.length < batchMax) continue;
      await this.#keep(waiting);
      waiting = [];
    }
    await this.#keep(waiting);
    return { added: this.#added, known: this.#known, bad: this.#bad };
  }

  #read(text: string, line: number): Dossier | null {
    if (text.trim() === '' || (line === 1 && isHeadLine(text))) return null;
    const read = readLine(text);
    if (typeof read !== 'string') return read;
    this.#bad.push({ line, why: read });
    return null;
  }

  async #keep(dossiers: readonly Dossier[]): Promise<void> {
    const { database, prepare, time } = this.#desk;
    if (dossiers.length === 0) return;
    const ready = await prepare(dossiers.map(({ task }) => task));
    const added = database.write(() => {
      const kept = ready.filter((each, at) => this.#keepOne(each, dossiers[at] as Dossier));
      return kept.length;
    });
    this.#added += added;
    this.#known += dossiers.length - added;
    await time.breathe();
  }

  /** Within a transaction. */
  #keepOne(memorable: Memorable, { pinned, archived, uses }: Dossier): boolean {
    const { database, time } = this.#desk;
    const id = keepTask(database, memorable, time.now());
    if (id === null) return false;
    keepUses(database, id, uses);
    if (pinned) database.run('UPDATE tasks SET pinned = 1 WHERE id = ?', id);
    if (archived) archiveWithin(database, [{ id, why: archived.why }], archived.at);
    return true;
  }
}
