/**
 * A watched folder of task files, each of which is taken, refused with an answer, or waited for.
 *
 * Owns: the files `*.json` that lie directly in the folder, and `refused/` in it.
 * Invariants:
 * - a file that is still being written is waited for, until it has not changed for a while;
 * - a file leaves the folder only after what came of it is safe: its entry, or its answer;
 * - one that can't leave is decided on once, however often it is tried to move it;
 * - what is hidden or has another ending is nobody's business; what is no plain file is named, and
 *   left alone as well: a link could lead to what was never meant for an agent.
 */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { ensureFolder, flushFolder, unwritable } from '../runs/disk.ts';
import { isWhole, stemOf } from './task-file.ts';

/** So long a file that can't be read may still be being written. */
const settleMs = 5_000;
const fileMaxBytes = 1_000_000;
/** The house has other things to do as well. */
const filesPerLook = 200;

/** What becomes of a file's text. */
export type Verdict =
  | 'taken'
  /** There is no room for it now. */
  | 'later'
  | 'refused';

export interface Receiver {
  /** Its answer is out, or its entry safe, when this returns. */
  take(text: string, name: string): Verdict;
  refuse(name: string, id: string, error: unknown): 'refused';
}

interface Sight {
  readonly stamp: string;
  readonly sinceMs: number;
}

interface Decision {
  readonly stamp: string;
  readonly verdict: 'taken' | 'refused';
}

export class Inbox {
  readonly folder: string;
  readonly #clock: Clock;
  readonly #receiver: Receiver;
  /** Files that could not be read as a whole, as they were when that was seen first. */
  readonly #unfinished = new Map<string, Sight>();
  /** Files that are done with, and could not be moved away. */
  readonly #decided = new Map<string, Decision>();
  #strange: readonly string[] = [];

  constructor(folder: string, clock: Clock, receiver: Receiver) {
    this.folder = folder;
    this.#clock = clock;
    this.#receiver = receiver;
    makeFolder(folder);
  }

  /** Named like tasks, and no plain files: folders, links, pipes. */
  get strange(): readonly string[] {
    return this.#strange;
  }

  /** Looks at what is there now. Throws when the folder can't be read or changed. */
  look(): void {
    const entries = readdirSync(this.folder, { withFileTypes: true });
    const tasks = entries.filter(({ name }) => isTaskName(name));
    this.#strange = tasks.filter((entry) => !entry.isFile()).map(({ name }) => name);
    const names = tasks.filter((entry) => entry.isFile()).map(({ name }) => name);
    this.#forgetAllBut(new Set(names));
    names.sort();
    const troubles: unknown[] = [];
    let handled = 0;
    for (const name of names) {
      const next = this.#try(name, troubles);
      if (next === 'handled') handled += 1;
      if (next === 'full' || handled === filesPerLook) break;
    }
    if (troubles.length > 0) throw troubles[0];
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const map of [this.#unfinished, this.#decided]) {
      for (const name of map.keys()) if (!names.has(name)) map.delete(name);
    }
  }

  /** One file that can't be read, or put aside, is in the way of no other. */
  #try(name: string, troubles: unknown[]): 'full' | 'handled' | 'left' {
    try {
      return this.#handle(name);
    } catch (error) {
      troubles.push(error);
      return 'left';
    }
  }

  #handle(name: string): 'full' | 'handled' | 'left' {
    const path = join(this.folder, name);
    const seen = lstatSync(path, { throwIfNoEntry: false });
    if (!seen?.isFile()) return 'left';
    const stamp = stampOf(seen);
    const before = this.#decided.get(name);
    const verdict = before?.stamp === stamp ? before.verdict : this.#decide(name, seen);
    if (verdict === 'unfinished') return 'left';
    if (verdict === 'later') return 'full';
    this.#unfinished.delete(name);
    this.#decided.set(name, { stamp, verdict });
    if (verdict === 'refused') this.#putAside(name);
    else this.#remove(path, stamp);
    this.#decided.delete(name);
    return 'handled';
  }

  #decide(name: string, seen: Stats): Verdict | 'unfinished' {
    const isLarge = seen.size > fileMaxBytes;
    const text = isLarge ? '' : readFileSync(join(this.folder, name), 'utf8');
    if (!isWhole(text) && !this.#isSettled(name, stampOf(seen))) return 'unfinished';
    return isLarge
      ? this.#receiver.refuse(name, stemOf(name), tooLarge(name))
      : this.#receiver.take(text, name);
  }

  #isSettled(name: string, stamp: string): boolean {
    const now = this.#clock.elapsed();
    const before = this.#unfinished.get(name);
    if (before?.stamp === stamp) return now - before.sinceMs >= settleMs;
    this.#unfinished.set(name, { stamp, sinceMs: now });
    return false;
  }

  /** Unless somebody has put another one in its place meanwhile. */
  #remove(path: string, stamp: string): void {
    const now = lstatSync(path, { throwIfNoEntry: false });
    if (!now || stampOf(now) !== stamp) return;
    rmSync(path);
    flushFolder(this.folder);
  }

  /** Nothing that lies there already is written over. */
  #putAside(name: string): void {
    const refused = join(this.folder, 'refused');
    makeFolder(refused);
    let to = join(refused, name);
    for (let more = 2; existsSync(to); more += 1) {
      to = join(refused, `${stemOf(name)}.${more}.json`);
    }
    renameSync(join(this.folder, name), to);
  }
}

function makeFolder(path: string): void {
  try {
    ensureFolder(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

const stampOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

const isTaskName = (name: string): boolean => /^[^.].*\.json$/i.test(name);

function tooLarge(name: string): UserError {
  const message = `${name}: is larger than ${fileMaxBytes} bytes`;
  return new UserError('task.too-large', message, 'put what is long into a file, and name it');
}
