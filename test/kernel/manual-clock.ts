/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/kernel/clock.ts';

interface Alarm {
  readonly dueMs: number;
  readonly order: number;
  readonly call: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  #leapt = 0;
  #order = 0;
  #alarms: Alarm[] = [];
  /** How often whoever waits for time let others have their turn. */
  breaths = 0;

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now - this.#leapt;
  }

  at(dueMs: number, call: () => void): () => void {
    this.#order += 1;
    const alarm = { dueMs, order: this.#order, call };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  async breathe(): Promise<void> {
    this.breaths += 1;
    await new Promise(setImmediate);
  }

  /** When each alarm is due, the earliest first. */
  get alarms(): readonly number[] {
    return this.#alarms.map(({ dueMs }) => dueMs).sort((a, b) => a - b);
  }

  /** Only the time changes: no alarm rings. */
  set(now: number): void {
    this.#now = now;
  }

  /** As where the machine has slept so long, or its clock is set: so much time has not passed. */
  leap(byMs: number): void {
    this.#now += byMs;
    this.#leapt += byMs;
  }

  /** Rings the earliest alarm that is due by then; false when there is none. */
  ringNext(until: number): boolean {
    const next = this.#earliest();
    if (!next || next.dueMs > until) return false;
    this.#now = Math.max(this.#now, next.dueMs);
    this.takeNext()();
    return true;
  }

  /** Whoever set an alarm is dead. */
  forget(): void {
    this.#alarms = [];
  }

  /** What the earliest alarm would call. */
  takeNext(): () => void {
    const next = this.#earliest();
    if (!next) throw new Error('no alarm is set');
    this.#alarms = this.#alarms.filter((other) => other !== next);
    return next.call;
  }

  #earliest(): Alarm | undefined {
    return [...this.#alarms].sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  }
}
