/** The one alarm that a system keeps on its clock: for the earliest timer of all its actors. */
import type { Clock } from './clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #cancel: () => void = () => {};
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
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
