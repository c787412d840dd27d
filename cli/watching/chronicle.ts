/** Writes facts and programs' words as lines for a person, or as lines of JSON. */
import type { RunFact } from '../../src/index.ts';
import type { Output } from '../terminal/render.ts';
import { dayOf, type Palette, timeOf } from '../terminal/style.ts';
import { padEnd, plainLine, plainText } from '../terminal/text.ts';
import { detailOf, subjectOf } from '../terminal/words.ts';
import type { Words } from './streams.ts';

export interface Chronicle {
  tell(fact: RunFact): Promise<void>;
  quote(words: Words): Promise<void>;
}

export class JsonChronicle implements Chronicle {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  tell(fact: RunFact): Promise<void> {
    return this.#output.json(fact);
  }

  quote(words: Words): Promise<void> {
    return this.#output.json(words);
  }
}

const typeColumns = 'agent.restarting'.length;

/** `08:02:11.123  task.started      build  coder-1, attempt 1`, with a line for each new day. */
export class LineChronicle implements Chronicle {
  readonly #output: Output;
  readonly #palette: Palette;
  #day = '';
  /** Whose words were quoted last, when their last line has not ended. */
  #open = '';

  constructor(output: Output, palette: Palette) {
    this.#output = output;
    this.#palette = palette;
  }

  async tell(fact: RunFact): Promise<void> {
    const { dim } = this.#palette;
    const day = dayOf(fact.at);
    const heading = day === this.#day ? '' : dim(`${day}\n`);
    this.#day = day;
    const time = `${timeOf(fact.at)}.${String(fact.at % 1_000).padStart(3, '0')}`;
    const type = colourOf(fact.type, this.#palette)(padEnd(fact.type, typeColumns));
    const rest = [plainLine(subjectOf(fact)), detailOf(fact)].filter((part) => part !== '');
    const line = [dim(time), type, ...rest].join('  ').trimEnd();
    await this.#output.write(`${this.#closed('')}${heading}${line}\n`);
  }

  /** Each line behind the name of its stream. */
  async quote({ stream, text }: Words): Promise<void> {
    const begin = this.#palette.dim(`  ${stream} | `);
    const lines = plainText(text).split('\n');
    const before = this.#closed(stream);
    const first = this.#open === stream ? '' : begin;
    this.#open = lines.at(-1) === '' ? '' : stream;
    if (lines.at(-1) === '') lines.pop();
    const body = lines.join(`\n${begin}`);
    await this.#output.write(`${before}${first}${body}${this.#open === '' ? '\n' : ''}`);
  }

  /** Ends a line that somebody else's words have left open. */
  #closed(by: string): string {
    if (this.#open === '' || this.#open === by) return '';
    this.#open = '';
    return '\n';
  }
}

function colourOf(type: string, { green, red, yellow, bold }: Palette) {
  if (type.startsWith('run.')) return bold;
  if (type.endsWith('.succeeded')) return green;
  if (/\.(failed|crashed|lost)$/.test(type)) return red;
  return /\.(retrying|parked|asked|restarting)$/.test(type) ? yellow : (text: string) => text;
}
