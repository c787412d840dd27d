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
import { writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { InvariantError } from '../../machines/errors.ts';
import { systemClock } from '../kernel/clock.ts';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import { UserError } from '../kernel/user-error.ts';
import { unpack } from './compact.ts';
import { DiskSync } from './disk-sync.ts';
import { type Journal, journalFormat } from './journal.ts';
import { type Lock, takeLock } from './lock.ts';
import { hasJournal, journalName } from './pages.ts';
import {
  type Header,
  type Looked,
  lookInto,
  type Opened,
  type Origin,
  readFrom,
  readInputs,
} from './reading.ts';
import { encodeRecord } from './record.ts';
import { renew } from './renewal.ts';
import { syncFolder, writeBase, writeSnapshot } from './snapshot.ts';
import { WaitingLines } from './waiting-lines.ts';

export { readHistory } from './reading.ts';

export interface FileJournalOptions {
  /** What the header of a new journal says. */
  readonly about?: unknown;
  /** What a new journal goes on from; nothing when left out. */
  readonly beginning?: Beginning;
  /** A larger journal takes nothing more. */
  readonly bytesMax?: number;
}

/** A system that another journal has led to. */
export interface Beginning {
  readonly system: StoredSystem;
  readonly forkedFrom?: Origin;
}

export const defaultBytesMax = 8 * 1024 ** 3;

export class FileJournal implements Journal {
  readonly folder: string;
  readonly header: Header;
  readonly #file: FileHandle;
  readonly #lock: Lock;
  readonly #bytesMax: number;
  readonly #disk = new DiskSync(() => systemClock.elapsed());
  readonly #lines = new WaitingLines();
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
      unpack(folder);
      const opened = hasJournal(folder) ? lookInto(folder) : null;
      file = await open(join(folder, journalName), 'a');
      const ready = opened?.header
        ? await repair(file, opened)
        : await begin(file, folder, options);
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
    const bytes = this.#lines.add(input, this.#bytesMax - this.#bytes);
    if (bytes === null) throw this.#fail(tooLarge(this.folder, this.#bytesMax));
    this.#bytes += bytes;
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
    return readFrom(this.folder, { ...this.#opened, bytes: this.#bytes });
  }

  async history(): Promise<Iterable<LoggedInput>> {
    await this.flush();
    return readInputs(this.folder, this.#opened.start, this.header.after);
  }

  async store(system: StoredSystem): Promise<void> {
    const offset = this.#bytes;
    await this.flush();
    try {
      await writeSnapshot(this.folder, { offset, system });
    } catch (error) {
      throw this.#fail(explain(error, this.folder));
    }
  }

  /** A journal that begins here, in place of this one, which must not be used any more. */
  async renew(about: unknown, system: StoredSystem): Promise<FileJournal> {
    const header: Header = { journal: 'troupe', format: journalFormat, about, after: system.n };
    try {
      const bytes = await renew(this.folder, header, system);
      const file = await open(join(this.folder, journalName), 'a');
      await this.#file.close();
      this.#failure ??= closedError(this.folder);
      const opened = { header, start: bytes, bytes };
      return new FileJournal(this.folder, file, this.#lock, opened, this.#bytesMax);
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
    this.#failure ??= closedError(this.folder);
    try {
      await this.#file.close();
    } finally {
      this.#lock.release();
    }
  }

  async #write(): Promise<void> {
    if (this.#lines.length === 0) return;
    try {
      // The system's cache takes it at once.
      writeFileSync(this.#file.fd, this.#lines.take());
      await this.#disk.wait(this.#file);
    } catch (error) {
      throw this.#fail(explain(error, this.folder));
    }
  }

  #fail(error: unknown): unknown {
    this.#failure ??= error;
    return error;
  }
}

async function begin(
  file: FileHandle,
  folder: string,
  { about = null, beginning }: FileJournalOptions,
): Promise<Opened> {
  const header: Header = {
    journal: 'troupe',
    format: journalFormat,
    about,
    ...(beginning ? { after: beginning.system.n } : {}),
    ...(beginning?.forkedFrom ? { forkedFrom: beginning.forkedFrom } : {}),
  };
  const line = encodeRecord(header);
  if (beginning) await writeBase(folder, beginning.system);
  await file.truncate(0);
  writeFileSync(file.fd, line);
  // Without a beginning the first flush is for the header too: until then, a torn one is no loss.
  if (beginning) await file.datasync();
  syncFolder(folder);
  const bytes = Buffer.byteLength(line);
  return { header, start: bytes, bytes };
}

async function repair(file: FileHandle, opened: Looked): Promise<Opened> {
  await file.truncate(opened.bytes);
  await file.datasync();
  return opened as Opened;
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

function closedError(folder: string): InvariantError {
  return new InvariantError(`the journal in ${folder} was closed`);
}

function tooLarge(folder: string, bytesMax: number): UserError {
  return new UserError(
    'journal.full',
    `the journal in ${folder} has reached its limit of ${bytesMax} bytes`,
    'split the plan into several runs',
  );
}
