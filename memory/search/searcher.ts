/**
 * Finds what is nearest to a question among all that is remembered.
 *
 * Two sides name candidates: the semantic index by meaning, the terms by what both texts have. All
 * are then scored alike, by their stored vectors and terms, so that the answer does not depend on
 * which index has named them.
 */
import { Coverage, type Question, scoreOf } from './ranking.ts';
import type { SemanticIndex } from './semantic-index.ts';
import { partsOf } from './small-vector.ts';
import type { TermRows } from './term-rows.ts';
import type { Trace } from './trace.ts';

export interface Scored {
  readonly id: number;
  readonly score: number;
}

export interface Sides {
  readonly semantic: SemanticIndex;
  /** Whose vectors the semantic side has. */
  readonly embedder: string;
  readonly terms: TermRows;
  readonly traces: (ids: readonly number[]) => readonly Trace[];
}

/** From each side. */
const candidatesMin = 50;

/** Best first, at most so many, and nothing that has nothing in common with the question. */
export async function search(
  question: Question,
  count: number,
  { semantic, embedder, terms, traces }: Sides,
): Promise<readonly Scored[]> {
  const candidates = Math.max(candidatesMin, count);
  // A server looks while we look at the terms.
  const isKnown = question.embedder === embedder;
  const nearing = isKnown ? semantic.nearest(question.vector, candidates) : [];
  const alike = terms.mostCovering(question.hashes, candidates);
  const ids = new Set([...(await nearing), ...alike].map(({ id }) => id));
  const coverage = new Coverage(question.hashes, (hash) => terms.weight(hash));
  const scored = traces([...ids]).map((trace) => {
    const isComparable = trace.embedder === question.embedder;
    const cosine = isComparable ? cosineOf(question.vector, trace.packed) : 0;
    return { id: trace.id, score: scoreOf(cosine, coverage.of(trace.hashes)) };
  });
  // Of two that fit alike, the newer one knows more.
  const alikeAtAll = scored.filter(({ score }) => score > 0);
  return alikeAtAll.sort((a, b) => b.score - a.score || b.id - a.id).slice(0, count);
}

export function cosineOf(vector: Float32Array, packed: Buffer): number {
  const { cells, scale } = partsOf(packed);
  let sum = 0;
  for (let at = 0; at < cells.length; at += 1) {
    sum += (vector[at] as number) * (cells[at] as number);
  }
  return sum * scale;
}
