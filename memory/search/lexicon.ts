/** The BM25 side: finds texts by the rare words they share with a question, whatever they mean. */
import MiniSearch, { type Options } from 'minisearch';
import type { Commonness } from './commonness.ts';
import { hashOf } from './terms.ts';

interface Page {
  readonly id: number;
  readonly text: string;
}

/** A text is found by so many of its rarest terms: an index of all words of all texts is large. */
const termsMax = 32;
/** Terms that more than this share of the texts have find nothing; they only cost. */
const commonShare = 0.05;
/** Below it a term that all have still costs nothing. */
const fewTexts = 1_000;

const options: Options<Page> = {
  fields: ['text'],
  tokenize: (text) => text.split(' '),
  processTerm: (term) => term,
  searchOptions: { combineWith: 'OR', prefix: false, fuzzy: false },
  autoVacuum: { minDirtCount: 1_000, minDirtFactor: 0.2, batchSize: 1_000, batchWait: 10 },
};

export class Lexicon {
  readonly #pages: MiniSearch<Page>;

  private constructor(pages: MiniSearch<Page>) {
    this.#pages = pages;
  }

  static empty(): Lexicon {
    return new Lexicon(new MiniSearch(options));
  }

  /** What `save` has written. */
  static load(text: string): Lexicon {
    return new Lexicon(MiniSearch.loadJSON(text, options));
  }

  save(): string {
    return JSON.stringify(this.#pages);
  }

  has(id: number): boolean {
    return this.#pages.has(id);
  }

  add(id: number, terms: readonly string[], commonness: Commonness): void {
    this.#pages.add({ id, text: rarest(terms, commonness).join(' ') });
  }

  remove(id: number): void {
    if (this.#pages.has(id)) this.#pages.discard(id);
  }

  /** Best first. */
  search(terms: readonly string[], count: number, commonness: Commonness): readonly number[] {
    const most = Math.max(fewTexts, commonness.texts * commonShare);
    const rare = terms.filter((term) => commonness.count(hashOf(term)) <= most);
    if (rare.length === 0) return [];
    return this.#pages
      .search(rare.join(' '))
      .slice(0, count)
      .map(({ id }) => id as number);
  }
}

function rarest(terms: readonly string[], commonness: Commonness): readonly string[] {
  if (terms.length <= termsMax) return terms;
  const counted = terms.map((term) => [term, commonness.count(hashOf(term))] as const);
  counted.sort(([, a], [, b]) => a - b);
  return counted.slice(0, termsMax).map(([term]) => term);
}
