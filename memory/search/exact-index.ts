/**
 * Looks at every vector: exact, without a server, and up to some ten thousand as fast as one.
 *
 * Owns: the cells of all vectors in one array that doubles when it is full.
 * Invariant: rows 0 to count-1 are in use, and `#rows` knows the row of each id.
 */
import { assert } from '../errors.ts';
import { byNearness, type Entry, type Neighbour, type SemanticIndex } from './semantic-index.ts';
import { pack, partsOf } from './small-vector.ts';

/** What is saved and loaded. */
export interface VectorArrays {
  readonly ids: Float64Array;
  readonly scales: Float32Array;
  readonly cells: Int8Array;
}

const noVectors: VectorArrays = {
  ids: new Float64Array(0),
  scales: new Float32Array(0),
  cells: new Int8Array(0),
};
const firstRows = 1_024;

export class ExactIndex implements SemanticIndex {
  readonly #dimensions: number;
  #cells: Int8Array;
  #scales: Float32Array;
  #ids: Float64Array;
  readonly #rows = new Map<number, number>();

  constructor(dimensions: number, saved: VectorArrays = noVectors) {
    this.#dimensions = dimensions;
    assert(saved.cells.length === saved.ids.length * dimensions, 'each vector has its cells');
    this.#cells = saved.cells;
    this.#scales = saved.scales;
    this.#ids = saved.ids;
    saved.ids.forEach((id, row) => {
      this.#rows.set(id, row);
    });
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
    if (row === this.#ids.length) this.#grow();
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
    const rows = this.#rows.size;
    for (let row = 0; row < rows; row += 1) {
      const cosine = this.#cosine(vector, row);
      if (found.length === count && cosine < worst) continue;
      insert(found, { id: this.#ids[row] as number, cosine }, count);
      worst = found.at(-1)?.cosine ?? worst;
    }
    return found;
  }

  /** Views of what is in use: to be saved before anything changes. */
  arrays(): VectorArrays {
    const rows = this.#rows.size;
    return {
      ids: this.#ids.subarray(0, rows),
      scales: this.#scales.subarray(0, rows),
      cells: this.#cells.subarray(0, rows * this.#dimensions),
    };
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
    const rows = Math.max(firstRows, ids.length * 2);
    this.#cells = new Int8Array(rows * this.#dimensions);
    this.#scales = new Float32Array(rows);
    this.#ids = new Float64Array(rows);
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
