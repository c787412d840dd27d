/** The time that is left, counted down between two forecasts. */
import { Forecast, type Plan } from '../../src/index.ts';
import type { Board } from './board.ts';

/** A forecast looks at every task: it is made once a second, and more rarely the more there are. */
const everyMs = 1_000;
const tasksPerMs = 20;

export class Countdown {
  readonly #board: Board;
  readonly #forecast: Forecast;
  readonly #everyMs: number;
  #dueMs = 0;
  #endMs: number | null = null;

  constructor(plan: Plan, board: Board) {
    this.#board = board;
    this.#forecast = new Forecast(plan);
    this.#everyMs = Math.max(everyMs, plan.tasks.length / tasksPerMs);
  }

  /** Null as long as nobody can tell. */
  leftMs(nowMs: number): number | null {
    if (nowMs >= this.#dueMs) {
      const leftMs = this.#forecast.leftMs(nowMs, (task) => this.#board.progressOf(task));
      this.#endMs = leftMs === null ? null : nowMs + leftMs;
      this.#dueMs = nowMs + this.#everyMs;
    }
    return this.#endMs === null ? null : Math.max(0, this.#endMs - nowMs);
  }
}
