/**
 * For each term, the rows that have it: who asks again and again need not look at every row.
 *
 * It is made at once, of the rows as they are then; what is added later is looked at as before,
 * until that is so much that it is made again.
 */

const bucketsMax = 2 ** 19;
const bucketMask = bucketsMax - 1;

export class Postings {
  /** How many rows it knows. */
  readonly rows: number;
  readonly #starts = new Uint32Array(bucketsMax + 1);
  readonly #hashes: Uint32Array;
  readonly #rowsOf: Uint32Array;
  /** Of one question; zeros again after it. */
  readonly #sums: Float64Array;

  /** Row `at` has the hashes from `starts[at]` to `starts[at + 1]`. */
  constructor(rows: number, starts: Uint32Array, hashes: Uint32Array) {
    this.rows = rows;
    const count = starts[rows] as number;
    this.#hashes = new Uint32Array(count);
    this.#rowsOf = new Uint32Array(count);
    this.#sums = new Float64Array(rows);
    this.#measure(count, hashes);
    this.#fill(starts, hashes);
  }

  /** Calls for each row that has any of the terms, newest first, with the sum of their weights. */
  forEach(weights: ReadonlyMap<number, number>, call: (row: number, sum: number) => void): void {
    const sums = this.#sums;
    let oldest = this.rows;
    for (const [hash, weight] of weights) {
      const bucket = hash & bucketMask;
      const end = this.#starts[bucket + 1] as number;
      for (let at = this.#starts[bucket] as number; at < end; at += 1) {
        if (this.#hashes[at] !== hash) continue;
        const row = this.#rowsOf[at] as number;
        sums[row] = (sums[row] as number) + weight;
        if (row < oldest) oldest = row;
      }
    }
    for (let row = this.rows - 1; row >= oldest; row -= 1) {
      const sum = sums[row] as number;
      if (sum === 0) continue;
      sums[row] = 0;
      call(row, sum);
    }
  }

  /** Where each bucket begins and ends. */
  #measure(count: number, hashes: Uint32Array): void {
    for (let at = 0; at < count; at += 1) {
      const bucket = ((hashes[at] as number) & bucketMask) + 1;
      this.#starts[bucket] = (this.#starts[bucket] as number) + 1;
    }
    for (let bucket = 1; bucket <= bucketsMax; bucket += 1) {
      this.#starts[bucket] =
        (this.#starts[bucket] as number) + (this.#starts[bucket - 1] as number);
    }
  }

  #fill(starts: Uint32Array, hashes: Uint32Array): void {
    const next = this.#starts.slice();
    for (let row = 0; row < this.rows; row += 1) {
      const end = starts[row + 1] as number;
      for (let at = starts[row] as number; at < end; at += 1) {
        const hash = hashes[at] as number;
        const bucket = hash & bucketMask;
        const place = next[bucket] as number;
        this.#hashes[place] = hash;
        this.#rowsOf[place] = row;
        next[bucket] = place + 1;
      }
    }
  }
}
