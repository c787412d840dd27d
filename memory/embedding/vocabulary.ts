/** The words of a table, one a line in order of frequency: which row is a word's. */

const newline = 10;
/** So many words are looked for in the text itself; for more, a map is worth the time it takes. */
const looksMax = 200;

export class Vocabulary {
  /** Its words, each between two newlines. */
  readonly #text: Buffer;
  #looks = 0;
  #rows: Map<string, number> | null = null;
  readonly #found = new Map<string, number | undefined>();

  constructor(lines: Buffer) {
    const line = Buffer.alloc(1, newline);
    this.#text = Buffer.concat([line, lines, ...(lines.at(-1) === newline ? [] : [line])]);
  }

  rowOf(word: string): number | undefined {
    if (this.#rows) return this.#rows.get(word);
    if (this.#found.has(word)) return this.#found.get(word);
    this.#looks += 1;
    if (this.#looks > looksMax) return this.#map().get(word);
    const row = this.#lookFor(word);
    this.#found.set(word, row);
    return row;
  }

  /** Its row is the number of lines before it. */
  #lookFor(word: string): number | undefined {
    const at = word.includes('\n') ? -1 : this.#text.indexOf(`\n${word}\n`);
    if (at < 0) return undefined;
    let row = 0;
    for (let each = 0; each < at; each += 1) if (this.#text[each] === newline) row += 1;
    return row;
  }

  #map(): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    const words = this.#text.toString('utf8').slice(1, -1).split('\n');
    for (let row = 0; row < words.length; row += 1) rows.set(words[row] as string, row);
    this.#rows = rows;
    this.#found.clear();
    return rows;
  }
}
