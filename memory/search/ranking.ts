/** The score of a remembered text for a question: nearness in meaning, and the terms it shares. */

/** How much it counts that a text has all terms of the question. */
const coverageWeight = 0.35;
/** Of a text that says the same in the same terms. */
const scoreMax = 1 + coverageWeight;

/** What a text must be near to. */
export interface Question {
  /** Whose vector it is. */
  readonly embedder: string;
  readonly vector: Float32Array;
  readonly hashes: Uint32Array;
}

/**
 * From 0 to 1. The square keeps a few shared words from outdoing what was meant: only who has
 * nearly all that is rare in the question, such as its identifiers, gains by it.
 */
export function scoreOf(cosine: number, coverage: number): number {
  return Math.max(0, cosine + coverageWeight * coverage ** 2) / scoreMax;
}

/** The share of the question's terms that a text has, each weighed by how rare it is. */
export class Coverage {
  readonly #weights = new Map<number, number>();
  readonly #whole: number;

  constructor(question: Uint32Array, weightOf: (hash: number) => number) {
    for (const hash of question) this.#weights.set(hash, weightOf(hash));
    this.#whole = [...this.#weights.values()].reduce((sum, weight) => sum + weight, 0);
  }

  of(hashes: Uint32Array): number {
    if (this.#whole === 0) return 0;
    let sum = 0;
    for (const hash of hashes) sum += this.#weights.get(hash) ?? 0;
    return sum / this.#whole;
  }
}
