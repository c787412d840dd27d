/** The one alarm that a system keeps on its clock: for the earliest timer of all its actors. */
import { ahead, type Clock } from './clock.ts';

export class Alarm {
  readonly #ring: () => void;
  #clock: Clock;
  #cancel: () => void = () => {};
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** The time that it goes by. */
  get clock(): Clock {
    return this.#clock;
  }

  /** It is that late at least: what was timed by a clock that was ahead is due by that time. */
  goOnFrom(atMs: number): void {
    if (this.#clock.now() < atMs) this.#clock = ahead(this.#clock, atMs);
  }

  /** Undefined: there is nothing to wait for. */
  set(dueMs: number = Number.POSITIVE_INFINITY): void {
    if (dueMs === this.#dueMs) return;
    this.clear();
    this.#dueMs = dueMs;
    if (!Number.isFinite(dueMs)) return;
    this.#cancel = this.#clock.at(dueMs, () => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#ring();
    });
  }

  clear(): void {
    this.#cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
