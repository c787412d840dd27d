/**
 * The one alarm that a system keeps on its clock: for the earliest timer of all its actors.
 *
 * Invariants:
 * - its time never runs back, also when the machine's clock is set back meanwhile: a timer of three
 *   seconds would else wait for as long as that;
 * - it knows when its time has leapt ahead of the time that passed: the machine slept, or its clock
 *   was set.
 */
import { ahead, type Clock } from './clock.ts';

/** Two clocks of one machine differ by less, as long as nobody sets one of them. */
const driftMaxMs = 1_000;

/** Nobody sets a clock right by that much without a leap. */
const leapMinMs = 30_000;

export class Alarm {
  readonly #ring: () => void;
  readonly #machine: Clock;
  #clock: Clock;
  #cancel: () => void = () => {};
  #dueMs = Number.POSITIVE_INFINITY;
  /** Both of its times, when they were known to go together. */
  #seen: { readonly nowMs: number; readonly elapsedMs: number };

  constructor(clock: Clock, ring: () => void) {
    this.#machine = clock;
    this.#clock = clock;
    this.#ring = ring;
    this.#seen = this.#look();
  }

  /** The time that it goes by. */
  get clock(): Clock {
    return this.#clock;
  }

  /** It is that late at least: what was timed by a clock that was ahead is due by that time. */
  goOnFrom(atMs: number): void {
    if (this.#clock.now() >= atMs) return;
    this.#clock = ahead(this.#machine, atMs);
    this.#seen = this.#look();
    const dueMs = this.#dueMs;
    this.clear();
    this.set(dueMs);
  }

  /** What time it is, and never less than that. */
  nowFrom(atMs: number): number {
    const nowMs = this.#clock.now();
    if (nowMs >= atMs) return nowMs;
    if (nowMs < atMs - driftMaxMs) this.goOnFrom(atMs);
    return atMs;
  }

  /**
   * By how much it has leapt ahead since it was last asked; 0 when it has not. `atMs`: when it was
   * last heard of, so that whoever comes soon after need not look.
   */
  leap(atMs: number): number {
    if (this.#clock.now() - atMs < leapMinMs) return 0;
    const { nowMs, elapsedMs } = this.#seen;
    this.#seen = this.#look();
    const passedMs = this.#seen.elapsedMs - elapsedMs;
    const leapMs = Math.round(this.#seen.nowMs - nowMs - passedMs);
    return leapMs >= leapMinMs ? leapMs : 0;
  }

  /** Undefined: there is nothing to wait for. */
  set(dueMs: number = Number.POSITIVE_INFINITY): void {
    if (dueMs === this.#dueMs) return;
    this.clear();
    this.#dueMs = dueMs;
    if (!Number.isFinite(dueMs)) return;
    const setAtMs = this.#clock.now();
    const startedMs = this.#clock.elapsed();
    this.#cancel = this.#clock.at(dueMs, () => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      // So long it has waited, whatever the machine's clock says.
      const waitedMs = Math.floor(this.#clock.elapsed() - startedMs);
      if (this.#clock.now() < setAtMs + waitedMs - driftMaxMs) this.goOnFrom(setAtMs + waitedMs);
      this.#ring();
    });
  }

  #look() {
    return { nowMs: this.#clock.now(), elapsedMs: this.#clock.elapsed() };
  }

  clear(): void {
    this.#cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
