/**
 * Looks at every vector: exact, without a server, and up to some ten thousand as fast as one.
 *
 * Owns: the cells of all vectors in one array that doubles when it is full.
 * Invariant: rows 0 to count-1 are in use, and `#rows` knows the row of each id.
 */
import { assert } from '../errors.ts';
import { byNearness, type Entry, type Neighbour, type SemanticIndex } from './semantic-index.ts';
import { pack, partsOf } from './small-vector.ts';

const firstRows = 1_024;

export class ExactIndex implements SemanticIndex {
  readonly #dimensions: number;
  #cells: Int8Array;
  #scales: Float32Array;
  #ids: Float64Array;
  readonly #rows = new Map<number, number>();

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#cells = new Int8Array(firstRows * dimensions);
    this.#scales = new Float32Array(firstRows);
    this.#ids = new Float64Array(firstRows);
  }

  async count(): Promise<number> {
    return this.#rows.size;
  }

  async put(entries: readonly Entry[]): Promise<void> {
    for (const { id, vector } of entries) this.putPacked(id, pack(vector));
  }

  /** As it is stored: nothing is lost or gained by unpacking it first. */
  putPacked(id: number, packed: Buffer): void {
    const { cells, scale } = partsOf(packed);
    assert(cells.length === this.#dimensions, 'a vector has the dimensions of its index');
    const row = this.#rows.get(id) ?? this.#rows.size;
    if (row * this.#dimensions === this.#cells.length) this.#grow();
    this.#cells.set(cells, row * this.#dimensions);
    this.#scales[row] = scale;
    this.#ids[row] = id;
    this.#rows.set(id, row);
  }

  /** The last row moves to where one was taken out. */
  async remove(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row === undefined) continue;
      const last = this.#rows.size - 1;
      const from = last * this.#dimensions;
      this.#cells.copyWithin(row * this.#dimensions, from, from + this.#dimensions);
      this.#scales[row] = this.#scales[last] as number;
      this.#ids[row] = this.#ids[last] as number;
      this.#rows.set(this.#ids[row] as number, row);
      this.#rows.delete(id);
    }
  }

  async nearest(vector: Float32Array, count: number): Promise<readonly Neighbour[]> {
    const found: Neighbour[] = [];
    let worst = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#rows.size; row += 1) {
      const cosine = this.#cosine(vector, row);
      if (found.length === count && cosine < worst) continue;
      insert(found, { id: this.#ids[row] as number, cosine }, count);
      worst = found.at(-1)?.cosine ?? worst;
    }
    return found;
  }

  /** Of one that is known; null otherwise. */
  cosine(vector: Float32Array, id: number): number | null {
    const row = this.#rows.get(id);
    return row === undefined ? null : this.#cosine(vector, row);
  }

  async close(): Promise<void> {
    this.#rows.clear();
  }

  #cosine(vector: Float32Array, row: number): number {
    const cells = this.#cells;
    const from = row * this.#dimensions;
    let sum = 0;
    for (let at = 0; at < vector.length; at += 1) {
      sum += (vector[at] as number) * (cells[from + at] as number);
    }
    return sum * (this.#scales[row] as number);
  }

  #grow(): void {
    const [cells, scales, ids] = [this.#cells, this.#scales, this.#ids];
    this.#cells = new Int8Array(cells.length * 2);
    this.#scales = new Float32Array(scales.length * 2);
    this.#ids = new Float64Array(ids.length * 2);
    this.#cells.set(cells);
    this.#scales.set(scales);
    this.#ids.set(ids);
  }
}

/** The list is short and sorted: most that come are worse than its last. */
function insert(found: Neighbour[], neighbour: Neighbour, countMax: number): void {
  let at = found.length;
  while (at > 0 && byNearness(neighbour, found[at - 1] as Neighbour) < 0) at -= 1;
  if (at >= countMax) return;
  found.splice(at, 0, neighbour);
  if (found.length > countMax) found.pop();
}
