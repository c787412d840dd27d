/** Cuts a stream into its lines, each bounded: what is longer is passed over, and counted. */

/** A tool's whole output may be one line; more than this is no message any more. */
const lineMaxCharacters = 8 * 1024 * 1024;

export class Lines {
  readonly #take: (line: string) => void;
  #pieces: string[] = [];
  #length = 0;
  #overlong = 0;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  /** Lines that were too long to be kept. */
  get overlong(): number {
    return this.#overlong;
  }

  add(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, end));
      this.end();
      from = end + 1;
    }
    this.#keep(text.slice(from));
  }

  /** Also gives the last line, which a program that was killed did not end. */
  end(): void {
    const line = this.#pieces.join('');
    const isWhole = this.#length <= lineMaxCharacters;
    this.#pieces = [];
    this.#length = 0;
    if (!isWhole) this.#overlong += 1;
    else if (line.trim() !== '') this.#take(line);
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length <= lineMaxCharacters) this.#pieces.push(piece);
    else this.#pieces = [];
  }
}
