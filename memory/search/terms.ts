/** The terms of a text: what its lexical side is compared by, as words and as 32-bit hashes. */
import { wordsOf } from '../embedding/words.ts';
import { stem } from './stem.ts';

/** A text is known by its first terms; more say nothing new. */
const termsMax = 256;

/** Each once, in the order in which they first stand there. */
export function termsOf(text: string): readonly string[] {
  const terms = new Set<string>();
  for (const word of wordsOf(text)) {
    terms.add(stem(word));
    if (terms.size === termsMax) break;
  }
  return [...terms];
}

export function hashesOf(terms: readonly string[]): Uint32Array {
  return Uint32Array.from(terms, hashOf);
}

/** FNV-1a. */
export function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at += 1) {
    hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
