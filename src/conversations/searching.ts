/**
 * Whether words stand in a conversation, in any case: its bytes are looked at before anything of it
 * is parsed, which is what makes a search of many conversations fast.
 *
 * It may say yes to what a closer look does not find, and never no to what one would find.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** One at a time: nobody else uses it before the next file. */
const piece = Buffer.allocUnsafeSlow(1_048_576);

export class WordsSearch {
  readonly #inText: string;
  /** As a line of JSON has them. */
  readonly #inLines: string;
  /** Plain letters are compared byte by byte, which is three times as fast. */
  readonly #encoding: 'latin1' | 'utf8';

  constructor(words: string) {
    this.#inText = words.toLowerCase();
    this.#inLines = JSON.stringify(words).slice(1, -1).toLowerCase();
    this.#encoding = /^[\x20-\x7e]*$/.test(words) ? 'latin1' : 'utf8';
  }

  /** `path`: of the conversation; its long texts lie in the folder beside it. */
  mayHold(path: string): boolean {
    if (this.#isIn(path, this.#inLines)) return true;
    const folder = path.slice(0, -'.jsonl'.length);
    if (!existsSync(folder)) return false;
    return readdirSync(folder).some((name) => this.#isIn(join(folder, name), this.#inText));
  }

  /** What can't be read holds nothing: its run may have been removed just now. */
  #isIn(path: string, words: string): boolean {
    try {
      const file = openSync(path, 'r');
      try {
        return this.#standsIn(file, words);
      } finally {
        closeSync(file);
      }
    } catch {
      return false;
    }
  }

  #standsIn(file: number, words: string): boolean {
    const decoder = new StringDecoder(this.#encoding);
    // The words may begin in one piece and end in the next.
    let before = '';
    for (;;) {
      const bytes = readSync(file, piece, 0, piece.length, null);
      if (bytes === 0) return false;
      const text = before + decoder.write(piece.subarray(0, bytes)).toLowerCase();
      if (text.includes(words)) return true;
      if (bytes < piece.length) return false;
      before = text.slice(-words.length);
    }
  }
}
