/**
 * A run's past to walk through, forwards and back: a system that is brought to any input by
 * replaying from the nearest place it has stored.
 *
 * Owns: the system, the stored places, and the inputs read last.
 * Invariants:
 * - after `goTo(n)` the system is what the first n inputs make of it, wherever it came from;
 * - one input forwards costs one step; one backwards costs, after the first, the way from a place
 *   close by and its restoring, which grows with the number of actors;
 * - what it keeps is bounded: by `placesMax` and `keptActorsMax`, and by `recentMax` inputs.
 */
import { Charts } from '../kernel/charts.ts';
import { Core } from '../kernel/core.ts';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import { restoreCore, type StoredCore, storeCore } from '../kernel/persist.ts';
import type { FactWish } from '../kernel/wish.ts';
import { runMachines } from './launch.ts';

/** Where the inputs come from. */
export interface Past {
  /** What the first input follows; null: nothing. */
  readonly base: StoredSystem | null;
  /** Another place that is known, later: the newest stored system. */
  readonly stored: StoredSystem | null;
  /** The inputs after this one, in order; there may be more at every call. */
  readonly after: (n: number) => Iterable<LoggedInput>;
}

/** Inputs between two stored places, at least; also twice as many as there are actors. */
const placeEvery = 256;
const placesMax = 256;
const keptActorsMax = 500_000;
/** Whoever goes back goes on going back: places are stored so far before it, and so many times. */
const nearest = 16;
const nearFactor = 4;
const recentMax = 65_536;

type Tell = (fact: FactWish) => void;

export class Timeline {
  readonly #past: Past;
  readonly #charts = new Charts(runMachines);
  readonly #places = new Map<number, StoredCore>();
  /** Where places are to be stored on the way, besides those that are due. */
  #wanted = new Set<number>();
  #core: Core;
  #placeEvery = placeEvery;
  #placedAt: number;
  /** Ends right before what `#reader` gives next. */
  #recent: LoggedInput[] = [];
  #reader: Iterator<LoggedInput> | null = null;

  constructor(past: Past) {
    this.#past = past;
    this.#core = this.#coreAt(past.base?.core as StoredCore | undefined);
    this.#placedAt = this.#core.n;
    for (const stored of [past.base, past.stored]) {
      if (stored) this.#places.set(stored.n, stored.core as StoredCore);
    }
  }

  /** To be looked at, not to be changed. */
  get core(): Core {
    return this.#core;
  }

  /** Nothing is known of what was before. */
  get first(): number {
    return this.#past.base?.n ?? 0;
  }

  get begunAt(): number | null {
    const [first] = this.#past.after(this.first);
    return first?.at ?? null;
  }

  /** Goes to an input, or to the last one when there are fewer. Answers where it is. */
  goTo(n: number): number {
    this.#jump(n);
    return this.walk((next) => next.n <= n);
  }

  /** To the last input that was taken at this time or before. */
  goToTime(at: number): number {
    if (this.#core.at > at) this.#jump(this.#placeBefore(at));
    return this.walk((next) => next.at <= at);
  }

  /** Lets go of the files it reads; it opens them again when it is used again. */
  close(): void {
    this.#reader?.return?.();
    this.#reader = null;
  }

  /** Forwards as long as this holds of the next input. Facts are told on the way. */
  walk(goesOn: (next: LoggedInput) => boolean, tell?: Tell): number {
    for (let next = this.#peek(); next && goesOn(next); next = this.#peek()) {
      const wishes = this.#core.apply(next);
      this.#storeWhenDue();
      if (!tell) continue;
      for (const wish of wishes) if (wish.kind === 'fact') tell(wish);
    }
    return this.#core.n;
  }

  #coreAt(stored: StoredCore | undefined): Core {
    const core = new Core(this.#charts);
    if (stored) restoreCore(core, this.#charts, stored);
    return core;
  }

  /** To the nearest stored place that is not beyond `n`, if that is nearer than where it stands. */
  #jump(n: number): void {
    const here = this.#core.n <= n ? this.#core.n : -1;
    const place = Math.max(this.first, ...[...this.#places.keys()].filter((at) => at <= n));
    if (place <= here) return;
    if (here < 0) this.#wantNear(place, n);
    this.#core = this.#coreAt(this.#places.get(place));
    this.#placedAt = place;
  }

  #wantNear(place: number, n: number): void {
    this.#wanted = new Set();
    const farthest = Number.isFinite(n) ? n - place : 0;
    for (let back = nearest; back < farthest; back *= nearFactor) this.#wanted.add(n - back);
  }

  #placeBefore(at: number): number {
    const places = [...this.#places].filter(([, { counters }]) => counters.at <= at);
    return Math.max(this.first, ...places.map(([n]) => n));
  }

  /** The input that follows; undefined at the end of what there is now. */
  #peek(): LoggedInput | undefined {
    const n = this.#core.n + 1;
    const [oldest] = this.#recent;
    const known = oldest && this.#recent[n - oldest.n];
    if (known) return known;
    const follows = n === (this.#recent.at(-1)?.n ?? -1) + 1;
    if (!follows) {
      this.close();
      this.#recent = [];
    }
    this.#reader ??= this.#past.after(n - 1)[Symbol.iterator]();
    const { value, done } = this.#reader.next();
    if (done) {
      this.#reader = null;
      return undefined;
    }
    this.#recent.push(value);
    if (this.#recent.length > 2 * recentMax) this.#recent = this.#recent.slice(-recentMax);
    return value;
  }

  #storeWhenDue(): void {
    const { n, registry } = this.#core;
    const since = n - this.#placedAt;
    const isDue = since >= this.#placeEvery && since >= 2 * registry.kept;
    if (!(isDue || this.#wanted.has(n)) || this.#places.has(n)) return;
    this.#placedAt = n;
    this.#places.set(n, storeCore(this.#core));
    if (this.#places.size > Math.min(placesMax, keptActorsMax / registry.kept)) this.#thin();
  }

  /** Every second place goes, and later ones come half as often. */
  #thin(): void {
    this.#placeEvery *= 2;
    const places = [...this.#places.keys()].sort((a, b) => a - b);
    for (const [at, n] of places.entries()) {
      if (at % 2 === 1 && n !== this.#past.base?.n) this.#places.delete(n);
    }
  }
}
