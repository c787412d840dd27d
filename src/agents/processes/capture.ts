/** One output stream of a child: all of it on disk with a hash, its end in memory. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Fault } from '../../../machines/outcome.ts';
import { errnoOf, outputLost, outputTooLarge } from '../faults.ts';
import { Scrub } from './scrub.ts';
import { Tail } from './tail.ts';

export const tailMaxBytes = 65_536;

/** What was kept of a stream. */
export interface Captured {
  /** Where all of it lies; empty when there was none. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The whole text when it is short, its end otherwise. */
  readonly tail: string;
}

export const nothingCaptured: Captured = { path: '', bytes: 0, sha256: '', tail: '' };

export interface CaptureOptions {
  readonly name: 'stdout' | 'stderr';
  /** Made with the first output, in a folder that is there. */
  readonly path: string;
  readonly maxBytes: number;
  /** Texts that are taken out before anything is kept, hashed or told. */
  readonly secrets: readonly string[];
  readonly said: (text: string) => void;
}

export class Capture {
  /** Settles at the end of the pipe, or with what ended the reading early. Never rejects. */
  readonly ended: Promise<Fault | null>;
  readonly #source: Readable;
  readonly #options: CaptureOptions;
  readonly #hash = createHash('sha256');
  readonly #tail = new Tail(tailMaxBytes);
  readonly #decoder = new StringDecoder('utf8');
  readonly #scrub: Scrub;
  #file: FileHandle | null = null;
  #bytes = 0;
  #doing: 'reading' | 'writing' = 'reading';

  constructor(source: Readable, options: CaptureOptions) {
    this.#source = source;
    this.#options = options;
    this.#scrub = new Scrub(options.secrets);
    this.ended = this.#pump();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `writing`: the disk is waited for, and nothing is read. */
  get doing(): 'reading' | 'writing' {
    return this.#doing;
  }

  /** Stops reading, and settles when everything read is safely on disk. */
  async close(): Promise<{ readonly captured: Captured; readonly fault: Fault | null }> {
    this.#source.destroy();
    const fault = (await this.ended) ?? (await this.#sync());
    await this.#file?.close().catch(() => undefined);
    return { captured: this.#captured(), fault };
  }

  /** Reads on only when the last piece is written, so a fast child waits for a slow disk. */
  async #pump(): Promise<Fault | null> {
    const { name, maxBytes, path } = this.#options;
    try {
      for await (const chunk of this.#source as AsyncIterable<Buffer>) {
        const roomBytes = maxBytes - this.#bytes;
        await this.#keep(this.#scrub.push(chunk.subarray(0, roomBytes)));
        if (chunk.length > roomBytes) return outputTooLarge(name, maxBytes);
      }
      await this.#keep(this.#scrub.end());
      this.#say(this.#decoder.end());
      return null;
    } catch (error) {
      // The pipe was destroyed by `close`: what was waited for has been read.
      const closed = errnoOf(error) === 'ERR_STREAM_PREMATURE_CLOSE';
      return closed ? null : outputLost(path, error);
    }
  }

  async #keep(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    this.#doing = 'writing';
    this.#file ??= await open(this.#options.path, 'w');
    await this.#file.appendFile(chunk);
    this.#doing = 'reading';
    this.#hash.update(chunk);
    this.#tail.add(chunk);
    this.#bytes += chunk.length;
    this.#say(this.#decoder.write(chunk));
  }

  #say(text: string): void {
    if (text !== '') this.#options.said(text);
  }

  async #sync(): Promise<Fault | null> {
    try {
      await this.#file?.sync();
      return null;
    } catch (error) {
      return outputLost(this.#options.path, error);
    }
  }

  #captured(): Captured {
    return {
      path: this.#bytes === 0 ? '' : this.#options.path,
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      tail: this.#tail.text(),
    };
  }
}
