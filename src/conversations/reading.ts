/** Reads conversations from their files, also those that are still growing, or were cut off. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Ending, Entry, Heading } from './entry.ts';

const pieceBytes = 65_536;

/** Reads on from where it was the last time. */
export class ConversationTail {
  readonly #path: string;
  readonly #decoder = new StringDecoder('utf8');
  #bytes = 0;
  /** The beginning of a line whose end is not there yet. */
  #begun = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** What was not given before; nothing while there is no such file. */
  async *fresh(): AsyncGenerator<Entry> {
    const file = await open(this.#path).catch(() => null);
    if (file === null) return;
    try {
      for (let text = await this.#next(file); text !== null; text = await this.#next(file)) {
        yield* this.#entriesIn(text);
      }
    } finally {
      await file.close();
    }
  }

  async #next(file: FileHandle): Promise<string | null> {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const { bytesRead } = await file.read(piece, 0, pieceBytes, this.#bytes);
    this.#bytes += bytesRead;
    return bytesRead === 0 ? null : this.#decoder.write(piece.subarray(0, bytesRead));
  }

  *#entriesIn(text: string): Generator<Entry> {
    const lines = (this.#begun + text).split('\n');
    this.#begun = lines.pop() ?? '';
    for (const line of lines) {
      const entry = entryOf(line);
      if (entry) yield entry;
    }
  }
}

/** All that is there now; a torn last line is no entry. */
export function readEntries(path: string): AsyncGenerator<Entry> {
  return new ConversationTail(path).fresh();
}

/** Null for a file that is no conversation. */
export function readHeading(path: string): Heading | null {
  const entry = entryOf(readPart(path, 'begin').split('\n')[0] ?? '');
  return entry?.type === 'conversation.begun' && isHeading(entry) ? entry : null;
}

function isHeading({ run, task, role, agent, adapter, cwd, token, continues }: Heading): boolean {
  const texts = [run, task, role, agent, adapter, cwd, continues ?? ''];
  return texts.every((text) => typeof text === 'string') && Number.isSafeInteger(token);
}

/** Null for one that goes on, or was cut off. */
export function readEnding(path: string): Ending | null {
  const entry = entryOf(readPart(path, 'end').trimEnd().split('\n').at(-1) ?? '');
  return entry?.type === 'conversation.ended' ? entry : null;
}

/** Empty for what can't be read: its run may have been removed just now. */
function readPart(path: string, which: 'begin' | 'end'): string {
  try {
    return partOf(path, which);
  } catch {
    return '';
  }
}

function partOf(path: string, which: 'begin' | 'end'): string {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const at = which === 'begin' ? 0 : Math.max(0, fstatSync(file).size - pieceBytes);
    return piece.subarray(0, readSync(file, piece, 0, pieceBytes, at)).toString('utf8');
  } finally {
    closeSync(file);
  }
}

function entryOf(line: string): Entry | null {
  try {
    const value = JSON.parse(line) as Partial<Entry> | null;
    return typeof value?.type === 'string' && typeof value.at === 'number'
      ? (value as Entry)
      : null;
  } catch {
    return null;
  }
}
