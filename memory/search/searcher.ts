/**
 * Finds what is nearest to a question among all that is remembered.
 *
 * Two sides name candidates: the semantic index by meaning, the lexicon by rare words. All of them
 * are then scored alike, by their stored vectors and terms, so that the answer does not depend on
 * which index has named them.
 */
import type { Commonness } from './commonness.ts';
import type { Lexicon } from './lexicon.ts';
import { Coverage, type Question, scoreOf } from './ranking.ts';
import type { SemanticIndex } from './semantic-index.ts';
import { partsOf } from './small-vector.ts';
import type { Trace } from './trace.ts';

export interface Scored {
  readonly id: number;
  readonly score: number;
}

export interface Sides {
  readonly semantic: SemanticIndex;
  readonly lexicon: Lexicon;
  readonly commonness: Commonness;
  readonly traces: (ids: readonly number[]) => readonly Trace[];
}

/** From each side. */
const candidatesMin = 50;

/** Best first, at most so many. */
export async function search(
  question: Question,
  count: number,
  { semantic, lexicon, commonness, traces }: Sides,
): Promise<readonly Scored[]> {
  const candidates = Math.max(candidatesMin, count);
  const near = await semantic.nearest(question.vector, candidates);
  const alike = lexicon.search(question.terms, candidates, commonness);
  const ids = new Set([...near.map(({ id }) => id), ...alike]);
  const coverage = new Coverage(question.hashes, commonness);
  const scored = traces([...ids]).map((trace) => {
    const isComparable = trace.embedder === question.embedder;
    const cosine = isComparable ? cosineOf(question.vector, trace.packed) : 0;
    return { id: trace.id, score: scoreOf(cosine, coverage.of(trace.hashes)) };
  });
  // Of two that fit alike, the newer one knows more.
  scored.sort((a, b) => b.score - a.score || b.id - a.id);
  return scored.slice(0, count);
}

export function cosineOf(vector: Float32Array, packed: Buffer): number {
  const { cells, scale } = partsOf(packed);
  let sum = 0;
  for (let at = 0; at < cells.length; at += 1) {
    sum += (vector[at] as number) * (cells[at] as number);
  }
  return sum * scale;
}
