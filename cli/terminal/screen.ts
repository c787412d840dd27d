/**
 * The part of a terminal that is drawn over again and again, below the lines that stay.
 *
 * Owns: the cursor. It is hidden while the screen is open and shown again however the process ends.
 * Invariants:
 * - drawn at most ten times a second, and not at all while the terminal is behind;
 * - what was drawn is taken back line by line, also after the terminal has got narrower.
 */
import type { Clock } from '../../src/index.ts';
import type { Output } from './render.ts';
import { widthOf } from './text.ts';

const pauseMs = 100;
/** The clocks on the screen go on when nothing happens. */
const tickMs = 1_000;

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';

export class Screen {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #frame: () => readonly string[];
  #drawn: readonly string[] = [];
  #staying: string[] = [];
  #disarm: () => void = () => {};
  #armedFor = Number.POSITIVE_INFINITY;
  #drawnAt = Number.NEGATIVE_INFINITY;
  readonly #unhook: () => void;

  constructor(output: Output, clock: Clock, frame: () => readonly string[]) {
    this.#output = output;
    this.#clock = clock;
    this.#frame = frame;
    this.#unhook = this.#hook();
    output.note(hideCursor);
    this.touch();
  }

  /** Prints a line above, for good. */
  say(line: string): void {
    this.#staying.push(line);
    this.touch();
  }

  /** Something changed: it is drawn again soon. */
  touch(): void {
    this.#arm(Math.max(this.#clock.now(), this.#drawnAt + pauseMs));
  }

  /** Leaves only the lines that stay. */
  close(): void {
    this.#disarm();
    this.#unhook();
    this.#output.note(this.#takenBack() + this.#said() + clearBelow + showCursor);
    this.#drawn = [];
  }

  #arm(dueMs: number): void {
    if (dueMs >= this.#armedFor) return;
    this.#disarm();
    this.#armedFor = dueMs;
    this.#disarm = this.#clock.at(dueMs, () => this.#draw());
  }

  #draw(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    if (this.#output.isBusy) return this.#arm(now + pauseMs);
    const before = this.#takenBack() + this.#said();
    this.#drawn = this.#frame();
    const lines = this.#drawn.map((line) => line + clearLine).join('\n');
    this.#output.note(before + lines + clearBelow);
    this.#drawnAt = now;
    this.#arm(now + tickMs);
  }

  /** What stays and has not been printed yet. */
  #said(): string {
    const lines = this.#staying.map((line) => `${line}${clearLine}\n`).join('');
    this.#staying = [];
    return lines;
  }

  /** To the beginning of what was drawn: a terminal that got narrower has wrapped its lines. */
  #takenBack(): string {
    const { columns } = this.#output;
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)),
      0,
    );
    return rows > 1 ? `\x1b[${rows - 1}A\r` : '\r';
  }

  /** However the process ends or pauses, the cursor is visible afterwards. */
  #hook(): () => void {
    const show = (): void => this.#output.note(showCursor);
    const pause = (): void => {
      show();
      process.kill(process.pid, 'SIGSTOP');
    };
    const goOn = (): void => {
      this.#drawn = [];
      this.#output.note(hideCursor);
      this.touch();
    };
    const settle = this.#output.onResize(() => this.#resized());
    process.on('exit', show).on('SIGTSTP', pause).on('SIGCONT', goOn);
    return () => {
      settle();
      process.off('exit', show).off('SIGTSTP', pause).off('SIGCONT', goOn);
    };
  }

  /** At once: what wrapped is not to be seen longer than needed. */
  #resized(): void {
    this.#output.note(`${this.#takenBack()}${clearBelow}`);
    this.#drawn = [];
    this.touch();
  }
}
