/** One table of word vectors: 8-bit rows with a scale each, words in order of frequency. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../errors.ts';
import { normalise } from './embedder.ts';
import { Vocabulary } from './vocabulary.ts';

/** The rarer a word the more it says; what is commoner than this hardly counts. */
const commonness = 1e-3;
const eulerGamma = 0.5772;

export class WordTable {
  readonly dimensions: number;
  readonly #vocabulary: Vocabulary;
  readonly #values: Int8Array;
  readonly #scales: Float32Array;
  readonly #component: Float32Array;
  /** By Zipf's law, the share of the commonest word. */
  readonly #largestShare: number;

  private constructor(
    vocabulary: Vocabulary,
    values: Int8Array,
    scales: Float32Array,
    component: readonly number[],
  ) {
    this.dimensions = component.length;
    assert(values.length === scales.length * this.dimensions, 'a table has a scale for each row');
    this.#vocabulary = vocabulary;
    this.#values = values;
    this.#scales = scales;
    this.#component = Float32Array.from(component);
    this.#largestShare = 1 / (Math.log(scales.length) + eulerGamma);
  }

  static read(folder: string, name: string, component: readonly number[]): WordTable {
    const vocabulary = new Vocabulary(readFileSync(join(folder, `${name}.vocab.txt`)));
    const bytes = readFileSync(join(folder, `${name}.i8`));
    const values = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const scales = readFileSync(join(folder, `${name}.scales.f32`));
    // A view must begin at a multiple of four: a copy always does.
    const aligned = new Float32Array(new Uint8Array(scales).buffer);
    return new WordTable(vocabulary, values, aligned, component);
  }

  /** The weighted sum of what is known of the words, of unit length; zeros when nothing is. */
  embed(words: readonly string[]): Float32Array {
    const sum = new Float32Array(this.dimensions);
    for (const word of words) {
      const row = this.#vocabulary.rowOf(word);
      if (row !== undefined) this.#add(row, sum);
    }
    return normalise(this.#withoutComponent(sum));
  }

  /** Its share of all words; undefined for one that is not known. */
  shareOf(word: string): number | undefined {
    const row = this.#vocabulary.rowOf(word);
    return row === undefined ? undefined : this.#shareAt(row);
  }

  #shareAt(row: number): number {
    return this.#largestShare / (row + 1);
  }

  #add(row: number, sum: Float32Array): void {
    const weight = commonness / (commonness + this.#shareAt(row));
    const factor = (this.#scales[row] as number) * weight;
    const from = row * this.dimensions;
    for (let at = 0; at < sum.length; at += 1) {
      sum[at] = (sum[at] as number) + factor * (this.#values[from + at] as number);
    }
  }

  /** What all texts have in common says nothing about one of them. */
  #withoutComponent(sum: Float32Array): Float32Array {
    let share = 0;
    for (let at = 0; at < sum.length; at += 1) {
      share += (sum[at] as number) * (this.#component[at] as number);
    }
    for (let at = 0; at < sum.length; at += 1) {
      sum[at] = (sum[at] as number) - share * (this.#component[at] as number);
    }
    return sum;
  }
}
