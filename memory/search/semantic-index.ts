/** The contract of the semantic side: finds vectors near to one; can be made again at any time. */
import type { Trace } from './trace.ts';

export interface Entry {
  readonly id: number;
  readonly vector: Float32Array;
}

export interface Neighbour {
  readonly id: number;
  /** 1 for the same direction, 0 for nothing in common. */
  readonly cosine: number;
}

/**
 * Promises of every index:
 * - what a resolved `put` or `remove` has changed, the next `nearest` sees;
 * - `put` of a known id replaces it; `remove` of an unknown one changes nothing;
 * - `nearest` gives at most so many, nearest first, equally near ones by id.
 *
 * It is no store: the database has the truth, and whatever is lost here is fed again.
 */
export interface SemanticIndex {
  readonly count: () => Promise<number>;
  readonly put: (entries: readonly Entry[]) => Promise<void>;
  readonly remove: (ids: readonly number[]) => Promise<void>;
  readonly nearest: (vector: Float32Array, count: number) => Promise<readonly Neighbour[]>;
  readonly close: () => Promise<void>;
}

/** How an index is kept level with the database. */
export interface Feed {
  readonly index: SemanticIndex;
  /** Whose vectors it takes; others are left to their words. */
  readonly embedder: string;
  /** What was remembered, in order, as it is read. */
  readonly take: (traces: readonly Trace[]) => void;
  /** Those that got another vector since they were taken. */
  readonly renew: (traces: readonly Trace[]) => void;
  readonly drop: (ids: readonly number[]) => Promise<void>;
  /** Resolves when the index has everything, or can not have it and says why. */
  readonly settle: () => Promise<void>;
  /** What the next process may begin with; empty where the index keeps itself. */
  readonly arrays: () => readonly ArrayBufferView[];
}

/** Nearest first, and the same order everywhere. */
export function byNearness(a: Neighbour, b: Neighbour): number {
  return b.cosine - a.cosine || a.id - b.id;
}
