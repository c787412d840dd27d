/** How far a long count has come, on stderr: drawn on a terminal, else a line now and then. */
import type { Clock } from '../../src/index.ts';
import type { Output } from './render.ts';
import { Screen } from './screen.ts';
import { canDraw, type Environment, stopwatch } from './style.ts';

export interface Count {
  readonly done: number;
  readonly total: number;
  readonly succeeded: number;
}

/** What takes less says nothing. */
const patienceMs = 1_000;
/** Between two lines where nothing can be drawn. */
const lineEveryMs = 5_000;

export class Tally {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #draws: boolean;
  readonly #startedMs: number;
  #count: Count = { done: 0, total: 0, succeeded: 0 };
  #screen: Screen | null = null;
  #saidMs: number;

  constructor(output: Output, clock: Clock, environment: Environment) {
    this.#output = output;
    this.#clock = clock;
    this.#draws = canDraw(output, environment);
    this.#startedMs = clock.elapsed();
    this.#saidMs = this.#startedMs + patienceMs - lineEveryMs;
  }

  take(count: Count): void {
    this.#count = count;
    const now = this.#clock.elapsed();
    if (this.#draws) {
      if (now - this.#startedMs < patienceMs) return;
      this.#screen ??= new Screen(this.#output, this.#clock, () => [this.#line()]);
      return this.#screen.touch();
    }
    if (now - this.#saidMs < lineEveryMs) return;
    this.#saidMs = now;
    this.#output.note(`${this.#line()}\n`);
  }

  close(): void {
    this.#screen?.close();
    this.#screen = null;
  }

  #line(): string {
    const { done, total, succeeded } = this.#count;
    const ranMs = this.#clock.elapsed() - this.#startedMs;
    const left =
      done < total ? `, about ${stopwatch((ranMs / Math.max(1, done)) * (total - done))} left` : '';
    return `${done} of ${total} simulated, ${succeeded} succeeded${left}`;
  }
}
