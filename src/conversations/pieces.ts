/**
 * Joins what a stream says in pieces, so that one entry holds whole lines: a key that two pieces
 * share would be hidden in neither.
 *
 * Owns: the line that is not told yet.
 * Invariant: what is told, put together, is what was added, in its order.
 */

/** An unfinished line longer than this is told all the same. */
const lineMaxCharacters = 65_536;
const keyBegin = '-----BEGIN';
const keyEnd = '-----END';

export class Pieces {
  readonly #tell: (text: string, at: number) => void;
  #held = '';
  #at = 0;
  /** Where the search for the end of a line goes on. */
  #lineEnd = -1;

  constructor(tell: (text: string, at: number) => void) {
    this.#tell = tell;
  }

  add(text: string, at: number): void {
    if (text === '') return;
    if (this.#held === '') this.#at = at;
    const found = text.lastIndexOf('\n');
    if (found >= 0) this.#lineEnd = this.#held.length + found + 1;
    this.#held += text;
    const end = this.#held.length > lineMaxCharacters ? this.#held.length : this.#safeEnd();
    if (end > 0) this.#give(end, at);
  }

  /** Nothing has come for a while: whoever listens need not wait for more to hear whole lines. */
  pause(at: number): void {
    const end = this.#lineEnd > 0 ? this.#safeEnd() : 0;
    if (end > 0) this.#give(end, at);
  }

  /** Nothing more will come, or something else comes first. */
  end(): void {
    if (this.#held !== '') this.#give(this.#held.length, this.#at);
  }

  /** A key of several lines is not cut. */
  #safeEnd(): number {
    const opened = this.#held.lastIndexOf(keyBegin, this.#lineEnd);
    if (opened < 0 || this.#held.indexOf(keyEnd, opened) >= 0) return this.#lineEnd;
    return opened;
  }

  #give(end: number, at: number): void {
    const text = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    this.#lineEnd = -1;
    this.#tell(text, this.#at);
    this.#at = at;
  }
}
