/** What the programs of an attempt said, read from their files, which may still be growing. */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { streamPaths } from '../../src/index.ts';

type TaskId = Parameters<typeof streamPaths>[0];
type Token = Parameters<typeof streamPaths>[1];

/** A piece of what was said. */
export interface Words {
  readonly token: number;
  /** `out`, `err`, and `check-1.out` for the first command that verified it. */
  readonly stream: string;
  readonly text: string;
}

interface Reading {
  readonly decoder: StringDecoder;
  bytes: number;
}

const pieceBytes = 65_536;

export class StreamTail {
  readonly #token: Token;
  readonly #folder: string;
  /** The beginning and the end of the names of its files. */
  readonly #begin: string;
  readonly #end = '.txt';
  readonly #readings = new Map<string, Reading>();

  constructor(runFolder: string, task: TaskId, token: Token) {
    const { stdout } = streamPaths(task, token);
    this.#token = token;
    this.#folder = join(runFolder, dirname(stdout));
    this.#begin = basename(stdout).replace(/out\.txt$/, '');
  }

  /** What was not given before. */
  async *fresh(of: 'work' | 'checks' | 'work and checks'): AsyncGenerator<Words> {
    for (const stream of await this.#streams()) {
      const isOf = stream.startsWith('check-') ? 'checks' : 'work';
      if (of !== 'work and checks' && of !== isOf) continue;
      yield* this.#read(stream);
    }
  }

  /** In the order of `out`, `err`, `check-1.out`. */
  async #streams(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const own = names.filter((name) => name.startsWith(this.#begin) && name.endsWith(this.#end));
    const streams = own.map((name) => name.slice(this.#begin.length, -this.#end.length));
    return streams.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }));
  }

  async *#read(stream: string): AsyncGenerator<Words> {
    const reading = this.#readings.get(stream) ?? { decoder: new StringDecoder('utf8'), bytes: 0 };
    this.#readings.set(stream, reading);
    const file = await open(join(this.#folder, `${this.#begin}${stream}${this.#end}`));
    try {
      for (let text = await next(file, reading); text !== null; text = await next(file, reading)) {
        yield { token: this.#token, stream, text };
      }
    } finally {
      await file.close();
    }
  }
}

/** Null at the end of what is there now. */
async function next(file: FileHandle, reading: Reading): Promise<string | null> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  const { bytesRead } = await file.read(piece, 0, pieceBytes, reading.bytes);
  reading.bytes += bytesRead;
  return bytesRead === 0 ? null : reading.decoder.write(piece.subarray(0, bytesRead));
}

/** The attempt's own program comes before those that checked it. */
function rank(stream: string): number {
  const at = ['out', 'err'].indexOf(stream);
  return at < 0 ? 2 : at;
}
