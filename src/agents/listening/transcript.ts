/** The signs of an agent that has no stream of its own, on disk line by line, bound by a hash. */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Fault } from '../../../machines/outcome.ts';
import type { Assignment } from '../agent.ts';
import { Capture, type Captured } from '../processes/capture.ts';
import { attemptVariables } from '../processes/environment.ts';
import { defaultOutputMaxBytes } from '../processes/process.ts';
import { secretsIn } from '../processes/scrub.ts';
import { streamPaths } from '../streams.ts';
import type { Sign } from './sign.ts';

/** Pieces of a text are written together: a line for every word would be ten times the text. */
const pieceMaxCharacters = 4_000;

export class Transcript {
  readonly #source = new PassThrough({ highWaterMark: 1024 * 1024 });
  readonly #capture: Capture;
  #text = '';

  private constructor(path: string, secrets: readonly string[], maxBytes: number) {
    this.#capture = new Capture(this.#source, {
      ...{ name: 'stdout', path, maxBytes, secrets },
      said: () => {},
    });
  }

  static async open(
    assignment: Assignment,
    runFolder: string,
    maxBytes = defaultOutputMaxBytes,
  ): Promise<Transcript> {
    const path = join(runFolder, streamPaths(assignment.task, assignment.token).stdout);
    await mkdir(dirname(path), { recursive: true });
    return new Transcript(path, secretsIn(attemptVariables(assignment)), maxBytes);
  }

  /** Settles with what kept it from being written; with null once it is closed. */
  get broken(): Promise<Fault | null> {
    return this.#capture.ended;
  }

  add(sign: Sign): void {
    if (sign.type === 'text.written' && sign.piece === 'part') {
      this.#text += sign.text;
      if (this.#text.length > pieceMaxCharacters) this.#flush();
      return;
    }
    this.#flush();
    this.#write(sign);
  }

  async close(): Promise<Captured> {
    this.#flush();
    this.#source.end();
    await this.#capture.ended;
    return (await this.#capture.close()).captured;
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#write({ type: 'text.written', text: this.#text, piece: 'part' });
    this.#text = '';
  }

  #write(sign: Sign): void {
    this.#source.write(`${JSON.stringify(sign)}\n`);
  }
}
