/** One table of word vectors: 8-bit rows with a scale each, words in order of frequency. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../errors.ts';
import { normalise } from './embedder.ts';

/** The rarer a word the more it says; what is commoner than this hardly counts. */
const commonness = 1e-3;
const eulerGamma = 0.5772;

export class WordTable {
  readonly dimensions: number;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #values: Int8Array;
  /** By row: its scale times its weight. */
  readonly #factors: Float32Array;
  readonly #component: Float32Array;

  private constructor(
    rows: ReadonlyMap<string, number>,
    values: Int8Array,
    scales: Float32Array,
    component: readonly number[],
  ) {
    this.dimensions = component.length;
    assert(values.length === scales.length * this.dimensions, 'a table has a scale for each row');
    this.#rows = rows;
    this.#values = values;
    this.#component = Float32Array.from(component);
    this.#factors = scales.map((scale, rank) => scale * weightOf(rank, scales.length));
  }

  static read(folder: string, name: string, component: readonly number[]): WordTable {
    const vocabulary = readFileSync(join(folder, `${name}.vocab.txt`), 'utf8').split('\n');
    const rows = new Map<string, number>();
    for (let row = 0; row < vocabulary.length; row += 1) rows.set(vocabulary[row] as string, row);
    const bytes = readFileSync(join(folder, `${name}.i8`));
    const values = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const scales = readFileSync(join(folder, `${name}.scales.f32`));
    // A view must begin at a multiple of four: a copy always does.
    const factors = new Float32Array(new Uint8Array(scales).buffer);
    return new WordTable(rows, values, factors, component);
  }

  /** The weighted sum of what is known of the words, of unit length; zeros when nothing is. */
  embed(words: readonly string[]): Float32Array {
    const sum = new Float32Array(this.dimensions);
    for (const word of words) {
      const row = this.#rows.get(word);
      if (row !== undefined) this.#add(row, sum);
    }
    return normalise(this.#withoutComponent(sum));
  }

  /** Its share of all words by Zipf's law; undefined for one that is not known. */
  shareOf(word: string): number | undefined {
    const rank = this.#rows.get(word);
    return rank === undefined ? undefined : shareAt(rank, this.#rows.size);
  }

  #add(row: number, sum: Float32Array): void {
    const factor = this.#factors[row] as number;
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

function shareAt(rank: number, count: number): number {
  return 1 / ((rank + 1) * (Math.log(count) + eulerGamma));
}

/** What one occurrence counts. */
function weightOf(rank: number, count: number): number {
  return commonness / (commonness + shareAt(rank, count));
}
