/**
 * Where everything is written: stdout carries what was asked for, stderr everything else.
 *
 * Nobody else writes. A reader that has gone away ends the writing, quietly.
 */
import type { WriteStream } from 'node:tty';
import { jsonLine } from './text.ts';

/** The other end of a pipe or terminal is closed: there is nobody to write for any more. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** What waits for a reader who is slow; progress beyond it is dropped, answers never are. */
const waitingMaxBytes = 16 * 1024 * 1024;
const defaultColumns = 80;
/** Nothing is cut to suit a screen where there is none, and yet no line is endless. */
const pipedColumns = 1_000;
const defaultRows = 24;

type Stream = Pick<WriteStream, 'write' | 'on' | 'off' | 'writableLength'> &
  Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>;

export class Output {
  readonly #stream: Stream;
  #failure: Error | null = null;
  #waiting: (() => void)[] = [];

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    stream.on('drain', () => this.#wake());
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Of a terminal, what is common where it does not say; otherwise as many as a program takes. */
  get columns(): number {
    return this.isTerminal ? this.#stream.columns || defaultColumns : pipedColumns;
  }

  get rows(): number {
    return this.#stream.rows || defaultRows;
  }

  get isBusy(): boolean {
    return this.#stream.writableLength > 0;
  }

  /** Resolves when there is room for more; rejects with ReaderGone, or with what went wrong. */
  async write(text: string): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (!this.#stream.write(text)) await this.#drained();
  }

  /** For what nobody waits for: it is lost when it can't be written. */
  note(text: string): void {
    if (this.#failure || this.#stream.writableLength > waitingMaxBytes) return;
    this.#stream.write(text);
  }

  json(value: unknown): Promise<void> {
    return this.write(`${jsonLine(value)}\n`);
  }

  /** Resolves when everything is written, or nobody reads it any more. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#failure) resolve();
      else this.#stream.write('', () => resolve());
    });
  }

  /** Calls when the terminal has another size. Returns how to stop. */
  onResize(call: () => void): () => void {
    this.#stream.on('resize', call);
    return () => this.#stream.off('resize', call);
  }

  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failure) throw this.#failure;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** EIO is what a terminal says that was closed. */
  #fail(error: NodeJS.ErrnoException): void {
    const isGone = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '');
    this.#failure ??= isGone ? new ReaderGone('nobody reads any more') : error;
    this.#wake();
  }
}

export const out = new Output(process.stdout);
export const err = new Output(process.stderr);
