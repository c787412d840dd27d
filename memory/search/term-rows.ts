/**
 * The terms of all texts, as hashes one after the other: found by looking at every one of them.
 *
 * A look at the terms of 10,000 texts takes a millisecond, and knows the share of the question that
 * each of them covers exactly. An inverted index would take longer to make than that: only who asks
 * again and again, among many texts, gets one.
 *
 * Owns: the hashes, and how many texts have each, nearly: counted by a part of the hash, so that
 * two terms which share a counter are both held for a little commoner than they are.
 */

import { Postings } from './postings.ts';

/** What the terms of a question weigh, and a quick look whether one is among them. */
interface Weighed {
  readonly weights: ReadonlyMap<number, number>;
  readonly flags: Uint8Array;
}

export interface Covering {
  readonly id: number;
  /** The idf-weighted share of the question's terms that it has. */
  readonly coverage: number;
}

/** What is saved and loaded: row `at` has the hashes from `starts[at]` to `starts[at + 1]`. */
export interface TermArrays {
  readonly ids: Float64Array;
  readonly starts: Uint32Array;
  readonly hashes: Uint32Array;
}

const countersMax = 2 ** 19;
const counterMask = countersMax - 1;
/** Few enough to stay where a processor looks first. */
const flagsMax = 2 ** 12;
const flagMask = flagsMax - 1;
/** Fewer are looked at as fast; whoever asks so often is likely to ask again. */
const postedMin = 5_000;
const questionsMin = 8;
/** Of all rows, so many may be unknown to it. */
const unpostedShare = 0.1;
/** The id of a row whose text is gone; those of texts begin at 1. */
const gone = 0;

export class TermRows {
  readonly #counters = new Uint32Array(countersMax);
  #ids: Float64Array;
  #starts: Uint32Array;
  #hashes: Uint32Array;
  /** Rows, those of texts that are gone included. */
  #rows: number;
  #texts: number;
  #questions = 0;
  #postings: Postings | null = null;

  constructor(saved: TermArrays = noRows) {
    this.#ids = saved.ids;
    this.#starts = saved.starts;
    this.#hashes = saved.hashes;
    this.#rows = saved.ids.length;
    this.#texts = saved.ids.length;
    for (const hash of saved.hashes) this.#count(hash);
  }

  add(id: number, hashes: Uint32Array): void {
    const start = this.#starts[this.#rows] as number;
    const end = start + hashes.length;
    this.#ids = roomFor(this.#ids, this.#rows + 1);
    this.#starts = roomFor(this.#starts, this.#rows + 2);
    this.#hashes = roomFor(this.#hashes, end);
    this.#ids[this.#rows] = id;
    this.#hashes.set(hashes, start);
    this.#rows += 1;
    this.#starts[this.#rows] = end;
    this.#texts += 1;
    for (const hash of hashes) this.#count(hash);
  }

  /** Its terms stay counted until the rows are saved and loaded again. */
  remove(id: number): void {
    const row = this.#ids.subarray(0, this.#rows).indexOf(id);
    if (row < 0) return;
    this.#ids[row] = gone;
    this.#texts -= 1;
  }

  /** What a term says about a text that has it: little when nearly all have it. */
  weight(hash: number): number {
    const count = Math.min(this.#counters[hash & counterMask] as number, this.#texts);
    return Math.log(1 + (this.#texts - count + 0.5) / (count + 0.5));
  }

  /** Those that cover the most, best first, newer before older; none that covers nothing. */
  mostCovering(question: Uint32Array, count: number): readonly Covering[] {
    const { weights, flags, whole } = this.#weigh(question);
    const found: Covering[] = [];
    if (whole === 0) return found;
    let worst = 0;
    // From the newest: of many that cover the same, the first ones stay.
    const consider = (row: number, sum: number): void => {
      const coverage = sum / whole;
      if (coverage <= worst || this.#ids[row] === gone) return;
      insert(found, { id: this.#ids[row] as number, coverage }, count);
      if (found.length === count) worst = found[count - 1]?.coverage ?? worst;
    };
    const postings = this.#postingsWorthIt();
    this.#lookAtAll(postings?.rows ?? 0, { weights, flags }, consider);
    postings?.forEach(weights, consider);
    return found;
  }

  /** At every row from this one on, the newest first. */
  #lookAtAll(
    oldest: number,
    { weights, flags }: Weighed,
    consider: (row: number, sum: number) => void,
  ): void {
    const [starts, hashes] = [this.#starts, this.#hashes];
    for (let row = this.#rows - 1; row >= oldest; row -= 1) {
      let sum = 0;
      const end = starts[row + 1] as number;
      for (let at = starts[row] as number; at < end; at += 1) {
        const hash = hashes[at] as number;
        if (flags[hash & flagMask] === 1) sum += weights.get(hash) ?? 0;
      }
      if (sum > 0) consider(row, sum);
    }
  }

  /** Null while it is quicker to look at all. */
  #postingsWorthIt(): Postings | null {
    this.#questions += 1;
    if (this.#rows < postedMin || this.#questions < questionsMin) return null;
    const known = this.#postings?.rows ?? 0;
    if (this.#rows - known > this.#rows * unpostedShare) {
      this.#postings = new Postings(this.#rows, this.#starts, this.#hashes);
    }
    return this.#postings;
  }

  /** Without the rows of texts that are gone. */
  arrays(): TermArrays {
    const live = [...this.#ids.subarray(0, this.#rows).keys()].filter((row) => this.#ids[row]);
    const starts = new Uint32Array(live.length + 1);
    live.forEach((row, at) => {
      starts[at + 1] = (starts[at] as number) + this.#lengthOf(row);
    });
    const hashes = new Uint32Array(starts[live.length] as number);
    live.forEach((row, at) => {
      const from = this.#starts[row] as number;
      hashes.set(this.#hashes.subarray(from, from + this.#lengthOf(row)), starts[at] as number);
    });
    return { ids: Float64Array.from(live, (row) => this.#ids[row] as number), starts, hashes };
  }

  #weigh(question: Uint32Array) {
    const weights = new Map<number, number>();
    const flags = new Uint8Array(flagsMax);
    for (const hash of question) {
      weights.set(hash, this.weight(hash));
      flags[hash & flagMask] = 1;
    }
    const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    return { weights, flags, whole };
  }

  #lengthOf(row: number): number {
    return (this.#starts[row + 1] as number) - (this.#starts[row] as number);
  }

  #count(hash: number): void {
    this.#counters[hash & counterMask] = (this.#counters[hash & counterMask] as number) + 1;
  }
}

const noRows: TermArrays = {
  ids: new Float64Array(0),
  starts: new Uint32Array(1),
  hashes: new Uint32Array(0),
};

/** Twice as much when it is too little, so that filling it stays linear. */
function roomFor<Numbers extends Float64Array | Uint32Array>(array: Numbers, needed: number) {
  if (needed <= array.length) return array;
  const Kind = array.constructor as new (length: number) => Numbers;
  const larger = new Kind(Math.max(needed, 2 * array.length));
  larger.set(array);
  return larger;
}

function insert(found: Covering[], covering: Covering, countMax: number): void {
  let at = found.length;
  while (at > 0 && isBefore(covering, found[at - 1] as Covering)) at -= 1;
  if (at >= countMax) return;
  found.splice(at, 0, covering);
  if (found.length > countMax) found.pop();
}

function isBefore(one: Covering, other: Covering): boolean {
  if (one.coverage !== other.coverage) return one.coverage > other.coverage;
  return one.id > other.id;
}
