/**
 * How many texts have a term, nearly: counted by a part of its hash.
 *
 * Two terms that share a counter are both held for a little commoner than they are; in return the
 * counts need no words, take a fixed place, and can be made again from hashes alone.
 */

const countersMax = 2 ** 19;
const mask = countersMax - 1;

export class Commonness {
  readonly #counters = new Uint32Array(countersMax);
  #texts = 0;

  get texts(): number {
    return this.#texts;
  }

  add(hashes: Uint32Array): void {
    this.#texts += 1;
    for (const hash of hashes) this.#change(hash, 1);
  }

  remove(hashes: Uint32Array): void {
    this.#texts -= 1;
    for (const hash of hashes) this.#change(hash, -1);
  }

  count(hash: number): number {
    return this.#counters[hash & mask] as number;
  }

  /** What a term says about a text that has it: nothing when all have it. */
  weight(hash: number): number {
    const count = Math.min(this.count(hash), this.#texts);
    return Math.log(1 + (this.#texts - count + 0.5) / (count + 0.5));
  }

  #change(hash: number, by: 1 | -1): void {
    this.#counters[hash & mask] = (this.#counters[hash & mask] as number) + by;
  }
}
