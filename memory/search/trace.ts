/** What is stored of a remembered text so that it can be compared. */

export interface Trace {
  readonly id: number;
  /** Whose vector it is: those of different ones are not compared. */
  readonly embedder: string;
  readonly packed: Buffer;
  readonly hashes: Uint32Array;
}
