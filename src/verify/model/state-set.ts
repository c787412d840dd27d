/**
 * A set of packed states, in the order in which they were found: chunks of words, and an index of
 * open addresses over them.
 *
 * Owns: the words of every state, and where each came from. Nothing is ever taken out.
 * Invariants:
 * - a state is there once; its number never changes, and rises with the order of finding;
 * - at most three quarters of the index are taken.
 */

/** A chunk has at most so many words, and so many states as a power of two. */
const chunkWordsMax = 1 << 20;
const chunkBitsMax = 14;
const none = -1;

export class StateSet {
  readonly #words: number;
  readonly #bits: number;
  readonly #mask: number;
  readonly #chunks: Int32Array[] = [];
  readonly #parents: Int32Array[] = [];
  #index = new Int32Array(1 << 12).fill(none);
  #count = 0;

  /** `words`: of four bytes each. */
  constructor(words: number) {
    this.#words = words;
    const fitting = Math.floor(Math.log2(chunkWordsMax / words));
    this.#bits = Math.max(0, Math.min(chunkBitsMax, fitting));
    this.#mask = (1 << this.#bits) - 1;
  }

  get size(): number {
    return this.#count;
  }

  get bytes(): number {
    const chunks = (this.#chunks.length << this.#bits) * 4;
    return chunks * (this.#words + 1) + this.#index.byteLength;
  }

  /** True when it is new: then its number is the last one. */
  add(state: Int32Array, parent: number): boolean {
    const words = this.#words;
    const mask = this.#index.length - 1;
    let slot = hashOf(state, words) & mask;
    for (let known = this.#index[slot] as number; known !== none; ) {
      if (this.#equals(known, state, words)) return false;
      slot = (slot + 1) & mask;
      known = this.#index[slot] as number;
    }
    this.#append(state, parent);
    this.#index[slot] = this.#count - 1;
    if (this.#count * 4 > this.#index.length * 3) this.#grow();
    return true;
  }

  read(number: number, into: Int32Array): void {
    const chunk = this.#chunks[number >> this.#bits] as Int32Array;
    const from = (number & this.#mask) * this.#words;
    for (let at = 0; at < this.#words; at += 1) into[at] = chunk[from + at] as number;
  }

  /** Where it was found from; -1 for the first. */
  parentOf(number: number): number {
    return this.#parents[number >> this.#bits]?.[number & this.#mask] ?? none;
  }

  #equals(number: number, state: Int32Array, words: number): boolean {
    const chunk = this.#chunks[number >> this.#bits] as Int32Array;
    const from = (number & this.#mask) * words;
    for (let at = 0; at < words; at += 1) if (chunk[from + at] !== state[at]) return false;
    return true;
  }

  #append(state: Int32Array, parent: number): void {
    const place = this.#count & this.#mask;
    if (place === 0) {
      this.#chunks.push(new Int32Array(this.#words << this.#bits));
      this.#parents.push(new Int32Array(1 << this.#bits));
    }
    const at = this.#count >> this.#bits;
    (this.#chunks[at] as Int32Array).set(state, place * this.#words);
    (this.#parents[at] as Int32Array)[place] = parent;
    this.#count += 1;
  }

  #grow(): void {
    const index = new Int32Array(this.#index.length * 2).fill(none);
    const mask = index.length - 1;
    const state = new Int32Array(this.#words);
    for (let number = 0; number < this.#count; number += 1) {
      this.read(number, state);
      let slot = hashOf(state, this.#words) & mask;
      while (index[slot] !== none) slot = (slot + 1) & mask;
      index[slot] = number;
    }
    this.#index = index;
  }
}

/** Multiplies and mixes word by word, and once more at the end: near states must lie far apart. */
function hashOf(state: Int32Array, words: number): number {
  let hash = 0x9747b28c;
  for (let at = 0; at < words; at += 1) {
    hash = Math.imul(hash ^ (state[at] as number), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
