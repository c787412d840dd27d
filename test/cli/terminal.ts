/** A terminal small enough to be understood: keeps the screen that our sequences make. */
import { spawn, spawnSync } from 'node:child_process';
import { widthOf } from '../../cli/terminal/text.ts';
import { type Desk, Process } from './troupe.ts';

/** Takes what a program writes; knows the sequences that we send, and refuses any other. */
export class Terminal {
  readonly columns: number;
  /** Lines that have left the screen at its top. */
  readonly history: string[] = [];
  /** The screen at the end of each drawing. */
  readonly frames: (readonly string[])[] = [];
  cursor: 'visible' | 'hidden' = 'visible';
  readonly #screen: string[];
  #row = 0;
  #column = 0;

  constructor(rows: number, columns: number) {
    this.columns = columns;
    this.#screen = Array.from({ length: rows }, () => '');
  }

  get screen(): readonly string[] {
    return this.#screen.map((line) => line.trimEnd());
  }

  feed(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const tokens = /\x1b\[([?\d;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+|\x1b/g;
    for (const [token, given = '', letter] of text.matchAll(tokens)) {
      if (letter !== undefined) this.#obey(given, letter);
      else if (token === '\r') this.#column = 0;
      else if (token === '\n') this.#lineFeed();
      else if (token === '\x1b') throw new Error('a sequence that no terminal knows');
      else this.#write(token);
    }
  }

  #obey(given: string, letter: string): void {
    switch (`${given.startsWith('?') ? given : ''}${letter}`) {
      case 'A':
        this.#row = Math.max(0, this.#row - Number(given || 1));
        return;
      case 'K':
        this.#cutLine();
        return;
      case 'J':
        this.#cutLine();
        this.#screen.fill('', this.#row + 1);
        this.frames.push(this.screen);
        return;
      case '?25l':
        this.cursor = 'hidden';
        return;
      case '?25h':
        this.cursor = 'visible';
        return;
      case 'm':
        return;
      default:
        throw new Error(`a sequence that we do not send: ${given}${letter}`);
    }
  }

  #cutLine(): void {
    this.#screen[this.#row] = (this.#screen[this.#row] ?? '').slice(0, this.#column);
  }

  #lineFeed(): void {
    if (this.#row < this.#screen.length - 1) this.#row += 1;
    else {
      this.history.push((this.#screen.shift() ?? '').trimEnd());
      this.#screen.push('');
    }
  }

  /** Columns are counted in letters: texts in these tests are as wide as they are long. */
  #write(text: string): void {
    for (const letter of text) {
      if (this.#column >= this.columns) {
        this.#column = 0;
        this.#lineFeed();
      }
      const line = (this.#screen[this.#row] ?? '').padEnd(this.#column);
      const [before, after] = [line.slice(0, this.#column), line.slice(this.#column + 1)];
      this.#screen[this.#row] = before + letter + after;
      this.#column += 1;
    }
  }
}

/** Whether a real pseudo-terminal can be had: util-linux has the program for it. */
export const hasTerminals = spawnSync('script', ['-V']).stdout?.includes('util-linux') ?? false;

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** Runs a line of the shell in a terminal; `troupe` stands for ours. What it writes is stdout. */
export function inTerminal(
  desk: Desk,
  { rows, columns }: Size,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Process {
  const troupe = `${process.execPath} ${desk.main}`;
  const script = `stty rows ${rows} cols ${columns}; ${line.replaceAll('troupe', troupe)}`;
  const child = spawn('script', ['-qefc', script, '/dev/null'], {
    cwd: desk.folder,
    env: desk.environment({ TERM: 'xterm-256color', SHELL: '/bin/sh', ...env }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return new Process(child);
}

/** The widest of the lines that were written, without what steers the terminal. */
export function widest(text: string): number {
  return Math.max(...text.split(/[\r\n]+/).map((line) => widthOf(line)));
}
