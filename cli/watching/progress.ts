/** How a run is followed on stderr: drawn on a terminal, else line by line, or hardly at all. */
import { duration, type RunFact } from '../../src/index.ts';
import { colourOf, type Signs, signsFor } from '../terminal/marks.ts';
import { Screen } from '../terminal/screen.ts';
import { type Palette, paletteFor, plural } from '../terminal/style.ts';
import { padEnd, padStart } from '../terminal/text.ts';
import { type Notice, noticeOf } from '../terminal/words.ts';
import { Board } from './board.ts';
import { Countdown } from './countdown.ts';
import type { Progress, ProgressOptions } from './follower.ts';
import { frameOf } from './frame.ts';
import { Logged } from './log.ts';

export function openProgress(options: ProgressOptions): Progress {
  const { style, run } = options;
  if (style === 'quiet') return new Quiet(options);
  if (style === 'json') return new Logged(options);
  const progress = style === 'drawn' ? new Drawn(options) : new Lines(options);
  const { status, counts, total } = run.view();
  const isNews = options.told === 'goes on' && status === 'running';
  if (isNews) progress.say(`${run.id}: goes on, ${counts.succeeded}/${total} done`);
  return progress;
}

/** What a fact is worth saying: the plan's size once it is known, then what happens to tasks. */
function lineOf(
  fact: RunFact,
  { run, approve }: ProgressOptions,
  lineOfNotice: (notice: Notice) => string,
): string | null {
  if (fact.type === 'run.started') {
    return `${run.id}: ${plural(fact.tasks, 'task')}, ${plural(fact.agents, 'agent')}`;
  }
  const notice = noticeOf(fact, approve);
  return notice && lineOfNotice(notice);
}

/** Says only what can't wait: that a person is asked. */
class Quiet implements Progress {
  readonly #options: ProgressOptions;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  take(fact: RunFact): void {
    if (fact.type !== 'task.asked') return;
    const line = lineOf(fact, this.#options, ({ subject, detail }) => `${subject} asks ${detail}`);
    if (line) this.say(line);
  }

  say(line: string): void {
    this.#options.output.note(`${line}\n`);
  }

  close(): void {}
}

/** `12 min 05 s` */
const elapsedColumns = 11;

/** `      4.3 s  succeeded  build  coder-1, 4.2 s` */
class Lines implements Progress {
  readonly #options: ProgressOptions;
  readonly #palette: Palette;
  readonly #startedMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#palette = paletteFor(options.output, options.environment);
    this.#startedMs = options.clock.elapsed();
  }

  take(fact: RunFact): void {
    const line = lineOf(fact, this.#options, (notice) => this.#shape(notice));
    if (line) this.say(line);
  }

  say(line: string): void {
    this.#options.output.note(`${line}\n`);
  }

  close(): void {}

  #shape({ mark, subject, detail }: Notice): string {
    const elapsedMs = this.#options.clock.elapsed() - this.#startedMs;
    const elapsed = padStart(duration(elapsedMs), elapsedColumns);
    const word = colourOf(mark, this.#palette)(padEnd(mark, 9));
    return `${elapsed}  ${word}  ${subject}  ${detail}`.trimEnd();
  }
}

/** Lines that stay, and below them the picture of what goes on. */
class Drawn implements Progress {
  readonly #options: ProgressOptions;
  readonly #palette: Palette;
  readonly #signs: Signs;
  readonly #board: Board;
  readonly #countdown: Countdown;
  readonly #startedMs: number;
  readonly #screen: Screen;
  /** Of the last fact; null before the first. */
  #seq: number | null = null;

  constructor(options: ProgressOptions) {
    const { run, output, environment, clock } = options;
    this.#options = options;
    this.#palette = paletteFor(output, environment);
    this.#signs = signsFor(environment);
    this.#startedMs = clock.elapsed();
    this.#board = new Board(run.view());
    this.#countdown = new Countdown(run.plan, this.#board);
    this.#screen = new Screen(output, clock, () => this.#frame());
  }

  take(fact: RunFact): void {
    const missed = this.#seq !== null && fact.seq !== this.#seq + 1;
    this.#seq = fact.seq;
    // The view is newer than the fact: it has everything that was missed, and the fact itself.
    if (missed) this.#board.reset(this.#options.run.view());
    else this.#board.take(fact);
    const line = lineOf(fact, this.#options, (notice) => this.#shape(notice));
    if (line) this.say(line);
    else this.#screen.touch();
  }

  say(line: string): void {
    this.#screen.say(line);
  }

  close(): void {
    this.#screen.close();
  }

  #shape({ mark, subject, detail }: Notice): string {
    const sign = colourOf(mark, this.#palette)(this.#signs[mark]);
    return `${sign} ${subject}  ${this.#palette.dim(detail)}`;
  }

  #frame(): readonly string[] {
    const { clock, output } = this.#options;
    const [nowMs, elapsedMs] = [clock.now(), clock.elapsed() - this.#startedMs];
    const moment = { nowMs, elapsedMs, leftMs: this.#countdown.leftMs(nowMs) };
    const { columns, rows } = output;
    return frameOf(this.#board, moment, {
      ...{ columns, rows, palette: this.#palette, signs: this.#signs },
    });
  }
}
