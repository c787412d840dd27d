/**
 * A small document that people may edit, as one JSON file.
 *
 * Invariants:
 * - one writer at a time, also among processes: whoever changes it reads it again first, so that
 *   what was changed by hand or by others is kept;
 * - readers see the old file or the new one; the one before is beside it as `.bak`;
 * - what does not fit its schema is an error that says where, and is never written over.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { LowSync, type SyncAdapter } from 'lowdb';
import type { z } from 'zod';
import { MemoryMistake, messageOf } from './errors.ts';
import { pause, type Time } from './time.ts';
import { type FileLock, takeFileLock } from './truth/lock.ts';

export interface JsonFileOptions<Content> {
  readonly file: string;
  readonly schema: z.ZodType<Content>;
  /** Of a file that is not there yet. */
  readonly empty: Content;
  readonly time: Time;
}

const waitMaxMs = 10_000;
const pauseMs = 10;

export class JsonFile<Content> {
  readonly #options: JsonFileOptions<Content>;
  readonly #adapter: SyncAdapter<Content>;

  constructor(options: JsonFileOptions<Content>) {
    this.#options = options;
    this.#adapter = {
      read: () => read(options),
      write: (content) => writeSafely(options.file, `${JSON.stringify(content, null, 2)}\n`),
    };
  }

  read(): Content {
    return this.#open().data;
  }

  /** Writes what `change` makes of the content as it is now. */
  async change<Answer>(change: (content: Content) => Answer): Promise<Answer> {
    mkdirSync(dirname(this.#options.file), { recursive: true });
    const lock = await this.#lock();
    try {
      const database = this.#open();
      const answer = change(database.data);
      database.write();
      return answer;
    } finally {
      lock.release();
    }
  }

  #open(): LowSync<Content> {
    const database = new LowSync(this.#adapter, structuredClone(this.#options.empty));
    database.read();
    return database;
  }

  async #lock(): Promise<FileLock> {
    const { file, time } = this.#options;
    const untilMs = time.elapsed() + waitMaxMs;
    for (;;) {
      const lock = takeFileLock(`${file}.lock`);
      if (lock) return lock;
      if (time.elapsed() > untilMs) {
        const message = `another process has been writing ${file} for ${waitMaxMs / 1_000} s`;
        throw new MemoryMistake('memory.file-busy', message, 'wait for it, or end it');
      }
      await pause(time, pauseMs);
    }
  }
}

function read<Content>({ file, schema }: JsonFileOptions<Content>): Content | null {
  if (!existsSync(file)) return null;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw unreadable(file, messageOf(error));
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(file, `${issue?.path.join('.')}: ${issue?.message}`);
}

function unreadable(file: string, why: string): MemoryMistake {
  const hint = `mend it, or take the one before: ${file}.bak`;
  return new MemoryMistake('memory.bad-file', `${file} can't be read: ${why}`, hint);
}

function writeSafely(file: string, text: string): void {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, text, { flush: true });
  if (existsSync(file)) copyFileSync(file, `${file}.bak`);
  renameSync(draft, file);
  syncFolder(dirname(file));
}

/** Windows opens no folders, and needs it not. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
