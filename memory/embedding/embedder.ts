/** The contract of whatever makes vectors of texts. */

export interface Embedder {
  /** Changes with every change of the recipe: vectors of different ids are never compared. */
  readonly id: string;
  /** Null: known with the first vector. */
  readonly dimensions: number | null;
  /** One vector a text, in order, of unit length; all zeros for a text that says nothing. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Brings a vector to unit length, in place; zeros stay. */
export function normalise(vector: Float32Array): Float32Array {
  let sum = 0;
  for (let at = 0; at < vector.length; at += 1) sum += (vector[at] as number) ** 2;
  if (sum === 0) return vector;
  const factor = 1 / Math.sqrt(sum);
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] as number) * factor;
  return vector;
}
