/** The methods that are compared: ours, and what it is made of by itself. */
import MiniSearch from 'minisearch';
import { StaticVectors } from '../../../memory/embedding/static-vectors.ts';
import { wordsOf } from '../../../memory/embedding/words.ts';
import { ExactIndex } from '../../../memory/search/exact-index.ts';
import { search } from '../../../memory/search/searcher.ts';
import { pack } from '../../../memory/search/small-vector.ts';
import { stem } from '../../../memory/search/stem.ts';
import { TermRows } from '../../../memory/search/term-rows.ts';
import { hashesOf, termsOf } from '../../../memory/search/terms.ts';
import type { Method } from './measure.ts';

const answersMax = 20;
const vectors = StaticVectors.open();

export function bm25(texts: readonly string[]): Method {
  const tokenize = (text: string): string[] => wordsOf(text).map(stem);
  const pages = new MiniSearch({ fields: ['text'], tokenize, processTerm: (term) => term });
  pages.addAll(texts.map((text, id) => ({ id, text })));
  return async (question) =>
    pages
      .search(question)
      .slice(0, answersMax)
      .map(({ id }) => texts[id] as string);
}

export function cosine(texts: readonly string[]): Method {
  const index = new ExactIndex(vectors.dimensions);
  texts.forEach((text, id) => {
    index.putPacked(id, pack(vectors.embedOne(text)));
  });
  return async (question) => {
    const near = await index.nearest(vectors.embedOne(question), answersMax);
    return near.map(({ id }) => texts[id] as string);
  };
}

/** As the product does it. */
export function ours(texts: readonly string[]): Method {
  const semantic = new ExactIndex(vectors.dimensions);
  const terms = new TermRows();
  const traces = texts.map((text, at) => {
    const hashes = hashesOf(termsOf(text));
    const packed = pack(vectors.embedOne(text));
    semantic.putPacked(at + 1, packed);
    terms.add(at + 1, hashes);
    return { id: at + 1, embedder: vectors.id, packed, hashes };
  });
  const byId = (ids: readonly number[]) => ids.flatMap((id) => traces[id - 1] ?? []);
  return async (question) => {
    const hashes = hashesOf(termsOf(question));
    const asked = { embedder: vectors.id, vector: vectors.embedOne(question), hashes };
    const found = await search(asked, answersMax, {
      ...{ semantic, embedder: vectors.id },
      terms,
      traces: byId,
    });
    return found.map(({ id }) => texts[id - 1] as string);
  };
}
