/** Writes what was said in a conversation as lines for a person, one voice after the other. */
import { type Entry, speechOf } from '../../src/index.ts';
import type { Output } from '../terminal/render.ts';
import { type Palette, timeOf } from '../terminal/style.ts';
import { padEnd, plainText } from '../terminal/text.ts';

const voiceColumns = 'account'.length;

export class Dialogue {
  readonly #output: Output;
  readonly #palette: Palette;
  /** Whose line has not ended yet. */
  #open = '';

  constructor(output: Output, palette: Palette) {
    this.#output = output;
    this.#palette = palette;
  }

  /** What was written in parts goes on where the last part ended. */
  async tell(entry: Entry): Promise<void> {
    const speech = speechOf(entry);
    if (speech === null) return;
    const { who } = speech;
    const isPart = who === 'out' || who === 'err' || ('piece' in entry && entry.piece === 'part');
    const lines = plainText(speech.text).split('\n');
    const goesOn = isPart && this.#open === who;
    const before = goesOn || this.#open === '' ? '' : '\n';
    const isEnded = !isPart || lines.at(-1) === '';
    if (lines.at(-1) === '') lines.pop();
    this.#open = isEnded ? '' : who;
    const margin = `${' '.repeat(10 + voiceColumns)}  `;
    const first = goesOn ? '' : this.#marginOf(entry.at, who);
    const body = first + lines.join(`\n${margin}`);
    await this.#output.write(`${before}${body}${isEnded ? '\n' : ''}${this.#moreOf(entry)}`);
  }

  /** Ends a line that was left open. */
  async end(): Promise<void> {
    if (this.#open !== '') await this.#output.write('\n');
    this.#open = '';
  }

  #marginOf(at: number, who: string): string {
    const { dim } = this.#palette;
    return `${dim(timeOf(at))}  ${voiceOf(who, this.#palette)(padEnd(who, voiceColumns))}  `;
  }

  #moreOf(entry: Entry): string {
    if (!('whole' in entry) || !entry.whole) return '';
    const { full, characters } = entry.whole;
    const text = `… all ${characters} characters are in ${full}`;
    return `${this.#palette.dim(text)}\n`;
  }
}

function voiceOf(who: string, { bold, dim, red, green, blue }: Palette) {
  switch (who) {
    case 'prompt':
      return bold;
    case 'says':
      return green;
    case 'calls':
      return blue;
    case 'trouble':
    case 'result':
    case 'err':
      return red;
    default:
      return dim;
  }
}
