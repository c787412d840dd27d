/**
 * A journal in a folder: `journal.jsonl`, one record a line, and `snapshot.json`, the newest stored
 * system with the place in the journal where it belongs.
 *
 * Owns: the folder's lock, the file handle, and what is not yet written.
 * Invariants:
 * - lines are written in the order of `append`, and a flush covers every line before it;
 * - after a failed write nothing more is written: what follows a torn line would be lost;
 * - `snapshot.json` is replaced by renaming a file that is already on disk.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InvariantError } from '../../machines/errors.ts';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import { UserError } from '../kernel/user-error.ts';
import { type Journal, journalFormat } from './journal.ts';
import { type Lock, takeLock } from './lock.ts';
import { decodeRecord, encodeRecord, parseRecord } from './record.ts';
import { damaged, scan } from './scan.ts';

/** The first line of every journal. */
export interface Header {
  readonly journal: 'troupe';
  readonly format: number;
  /** Whatever its owner wants to be found there again; not changed by later openings. */
  readonly about: unknown;
}

export interface FileJournalOptions {
  /** What the header of a new journal says. */
  readonly about?: unknown;
  /** A larger journal takes nothing more. */
  readonly bytesMax?: number;
}

export const journalName = 'journal.jsonl';
const snapshotName = 'snapshot.json';
export const defaultBytesMax = 8 * 1024 ** 3;

export class FileJournal implements Journal {
  readonly folder: string;
  readonly header: Header;
  readonly #file: FileHandle;
  readonly #lock: Lock;
  readonly #bytesMax: number;
  #lines: string[] = [];
  #bytes: number;
  #writing: Promise<void> | null = null;
  #failure: unknown = null;
  /** How the file stood when it was opened. */
  readonly #opened: Opened;

  private constructor(folder: string, file: FileHandle, lock: Lock, opened: Opened, max: number) {
    this.folder = folder;
    this.#file = file;
    this.#lock = lock;
    this.#opened = opened;
    this.header = opened.header;
    this.#bytes = opened.bytes;
    this.#bytesMax = max;
  }

  /** Takes the lock, makes the file if there is none, and cuts off a torn tail. */
  static async open(folder: string, options: FileJournalOptions = {}): Promise<FileJournal> {
    let lock: Lock | null = null;
    let file: FileHandle | null = null;
    try {
      lock = takeLock(folder);
      const path = join(folder, journalName);
      const opened = existsSync(path) ? look(path) : null;
      file = await open(path, 'a');
      const ready = opened?.header
        ? await repair(file, opened)
        : await begin(file, folder, options.about ?? null);
      return new FileJournal(folder, file, lock, ready, options.bytesMax ?? defaultBytesMax);
    } catch (error) {
      await file?.close();
      lock?.release();
      throw explain(error, folder);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(input: LoggedInput): void {
    if (this.#failure) throw this.#failure;
    const line = encodeRecord(input);
    const bytes = this.#bytes + Buffer.byteLength(line);
    if (bytes > this.#bytesMax) throw this.#fail(tooLarge(this.folder, this.#bytesMax));
    this.#lines.push(line);
    this.#bytes = bytes;
  }

  flush(): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#lines.length === 0) return this.#writing ?? undefined;
    // At once when the disk is free: whoever flushes has other work until it is done.
    const writing = this.#writing ? this.#writing.then(() => this.#write()) : this.#write();
    this.#writing = writing;
    const done = (): void => {
      if (this.#writing === writing) this.#writing = null;
    };
    writing.then(done, done);
    return writing;
  }

  async load() {
    await this.flush();
    const path = join(this.folder, journalName);
    const snapshot = readSnapshot(this.folder, this.#bytes);
    if (!snapshot) return { stored: null, inputs: readInputs(path, this.#opened.start) };
    const { offset, system } = snapshot;
    return { stored: system, inputs: readInputs(path, offset, system.n) };
  }

  async history(): Promise<Iterable<LoggedInput>> {
    await this.flush();
    return readInputs(join(this.folder, journalName), this.#opened.start);
  }

  async store(system: StoredSystem): Promise<void> {
    const offset = this.#bytes;
    await this.flush();
    try {
      await replaceFile(join(this.folder, snapshotName), encodeRecord({ offset, system }));
      syncFolder(this.folder);
    } catch (error) {
      throw this.#fail(explain(error, this.folder));
    }
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } catch {
      // Told to whoever waited for the flush.
    }
    this.#failure ??= new InvariantError(`the journal in ${this.folder} was closed`);
    try {
      await this.#file.close();
    } finally {
      this.#lock.release();
    }
  }

  async #write(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    if (text === '') return;
    try {
      // The system's cache takes it at once. Only the wait for the disk is worth another thread,
      // whose turn costs more than the whole write.
      writeFileSync(this.#file.fd, text);
      await this.#file.datasync();
    } catch (error) {
      throw this.#fail(explain(error, this.folder));
    }
  }

  #fail(error: unknown): unknown {
    this.#failure ??= error;
    return error;
  }
}

/** The inputs of a journal that somebody else may be writing; nothing is changed. */
export function readHistory(folder: string): { header: Header; inputs: Iterable<LoggedInput> } {
  const path = join(folder, journalName);
  const opened = look(path);
  if (!opened.header)
    throw unreadable(path, 'it has no header', 'its writer stopped before it began');
  return { header: opened.header, inputs: readInputs(path, opened.start) };
}

interface Opened {
  readonly header: Header;
  /** Where the first input begins. */
  readonly start: number;
  /** Where the last sound record ends. */
  readonly bytes: number;
}

/** A header of null: a crash before the first line was whole. */
function look(path: string): Omit<Opened, 'header'> & { header: Header | null } {
  const file = openSync(path, 'r');
  try {
    const [first] = scan(file, path);
    if (!first) return { header: null, start: 0, bytes: 0 };
    const header = headerOf(parseRecord(first.line), path);
    let bytes = first.end;
    for (const { end } of scan(file, path, first.end)) bytes = end;
    return { header, start: first.end, bytes };
  } finally {
    closeSync(file);
  }
}

export function headerOf(record: unknown, path: string): Header {
  const header = record as Partial<Header> | undefined;
  if (header?.journal !== 'troupe') {
    throw unreadable(path, 'it is no journal of Troupe', 'look at the file');
  }
  if (header.format !== journalFormat) {
    const why = `it has format ${header.format}, this version reads ${journalFormat}`;
    throw unreadable(path, why, 'open it with the version of Troupe that wrote it');
  }
  return header as Header;
}

/** Those from byte `start` on, where input `last` is behind. */
function* readInputs(path: string, start: number, last = 0): Generator<LoggedInput> {
  const file = openSync(path, 'r');
  let [at, next] = [start, last + 1];
  try {
    for (const { line, end } of scan(file, path, start)) {
      const input = parseRecord(line) as LoggedInput | undefined;
      if (input?.n !== next) throw damaged(path, at, `input ${next} is missing`);
      yield input;
      at = end;
      next += 1;
    }
  } finally {
    closeSync(file);
  }
}

async function begin(file: FileHandle, folder: string, about: unknown): Promise<Opened> {
  const header: Header = { journal: 'troupe', format: journalFormat, about };
  const line = encodeRecord(header);
  await file.truncate(0);
  // The first flush is for the header too: until then, a torn one is no loss.
  writeFileSync(file.fd, line);
  syncFolder(folder);
  const bytes = Buffer.byteLength(line);
  return { header, start: bytes, bytes };
}

async function repair(file: FileHandle, opened: ReturnType<typeof look>): Promise<Opened> {
  await file.truncate(opened.bytes);
  await file.datasync();
  return opened as Opened;
}

interface Snapshot {
  /** Where the first input after it begins. */
  readonly offset: number;
  readonly system: StoredSystem;
}

/** Null when there is none, or none that can be trusted: then everything is replayed. */
function readSnapshot(folder: string, journalBytes: number) {
  try {
    const text = readFileSync(join(folder, snapshotName));
    const snapshot = decodeRecord(text.subarray(0, -1)) as Snapshot | undefined;
    return snapshot && fits(snapshot, folder, journalBytes) ? snapshot : null;
  } catch {
    return null;
  }
}

/** Whether the journal goes on right there; one that was put back from a copy need not. */
function fits({ offset, system }: Snapshot, folder: string, journalBytes: number): boolean {
  if (offset >= journalBytes) return offset === journalBytes;
  const [next] = readInputs(join(folder, journalName), offset, system.n);
  return next !== undefined;
}

/** The old content or the new one: never a part, and never a draft left behind. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draftPath = `${path}.draft`;
  try {
    const draft = await open(draftPath, 'w');
    try {
      await draft.writeFile(text);
      await draft.sync();
    } finally {
      await draft.close();
    }
    await rename(draftPath, path);
  } catch (error) {
    rmSync(draftPath, { force: true });
    throw error;
  }
}

/** A new name in a folder is only safe once the folder is. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  fsyncSync(file);
  closeSync(file);
}

function explain(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError(
      'journal.disk-full',
      `the disk is full: ${folder} can't be written`,
      'free some space; everything acknowledged so far is safe, and the run can be resumed',
    );
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new UserError(
      'journal.unwritable',
      `${folder} can't be written (${code})`,
      'change its permissions, or choose another place with --home',
    );
  }
  return error;
}

function tooLarge(folder: string, bytesMax: number): UserError {
  return new UserError(
    'journal.full',
    `the journal in ${folder} has reached its limit of ${bytesMax} bytes`,
    'split the plan into several runs',
  );
}

function unreadable(path: string, why: string, hint: string): UserError {
  return new UserError('journal.unreadable', `${path} can't be read: ${why}`, hint);
}
