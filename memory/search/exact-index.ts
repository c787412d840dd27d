/**
 * Looks at every vector: exact, without a server, and up to some ten thousand as fast as one.
 *
 * Owns: the cells of all vectors in one array that doubles when it is full.
 * Invariant: rows 0 to count-1 are in use, and `#rows` knows the row of each id; all vectors have
 * the dimensions of the first.
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
  #dimensions: number;
  #cells: Int8Array;
  #scales: Float32Array;
  #ids: Float64Array;
  readonly #rows = new Map<number, number>();

  constructor(dimensions: number | null, saved: VectorArrays = noVectors) {
    const known = saved.ids.length === 0 ? 0 : saved.cells.length / saved.ids.length;
    this.#dimensions = dimensions ?? known;
    const cells = saved.ids.length * this.#dimensions;
    assert(saved.cells.length === cells, 'each vector has its cells');
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
    if (this.#dimensions === 0) this.#dimensions = cells.length;
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
    const { cells: asked, scale } = wholeNumbers(vector);
    const [cells, scales, rows] = [this.#cells, this.#scales, this.#rows.size];
    let worst = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row += 1) {
      const cosine = product(asked, cells, row * asked.length) * scale * (scales[row] as number);
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

/** The largest product of a row and a question of whole numbers must fit 32 bits. */
const productMax = 2 ** 31 - 1;
const cellMax = 127;
const preciseMax = 2 ** 14;

/** Whole numbers are multiplied in half the time, and these are as good as exact. */
function wholeNumbers(vector: Float32Array) {
  const most = vector.reduce((sum, value) => Math.max(sum, Math.abs(value)), 0);
  const range = Math.min(preciseMax, Math.floor(productMax / (cellMax * vector.length)));
  const scale = most === 0 ? 1 : most / range;
  return { cells: Int32Array.from(vector, (value) => Math.round(value / scale)), scale };
}

/** Four sums side by side: a processor adds them at once. */
function product(asked: Int32Array, cells: Int8Array, from: number): number {
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  const whole = asked.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    one = (one + (asked[at] as number) * (cells[from + at] as number)) | 0;
    two = (two + (asked[at + 1] as number) * (cells[from + at + 1] as number)) | 0;
    three = (three + (asked[at + 2] as number) * (cells[from + at + 2] as number)) | 0;
    four = (four + (asked[at + 3] as number) * (cells[from + at + 3] as number)) | 0;
  }
  for (let at = whole; at < asked.length; at += 1) {
    one = (one + (asked[at] as number) * (cells[from + at] as number)) | 0;
  }
  return one + two + three + four;
}

/** The list is short and sorted: most that come are worse than its last. */
function insert(found: Neighbour[], neighbour: Neighbour, countMax: number): void {
  let at = found.length;
  while (at > 0 && byNearness(neighbour, found[at - 1] as Neighbour) < 0) at -= 1;
  if (at >= countMax) return;
  found.splice(at, 0, neighbour);
  if (found.length > countMax) found.pop();
}
