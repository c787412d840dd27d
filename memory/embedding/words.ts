/** Cuts a text into the words that carry its meaning: identifiers whole and in their parts. */
import { stopWords } from './stop-words.ts';

/** Longer texts are cut: what a task is about, it says at its beginning. */
export const textCharsMax = 8_000;
/** Longer ones are no words but data: hashes, keys, pictures. */
const wordCharsMax = 64;

/** What holds together: `getUser`, `snake_case`, `src/app.ts`, `ERR_X`, `self-hosted`, `3.x`. */
const chunk = /[\p{L}\p{N}_$]+(?:[-./:\\@+#'’][\p{L}\p{N}_$]+)*/gu;
const notWord = /[^\p{L}\p{N}]+/u;
/** `getUser` and `HTTPServer`, between the words. */
const camel = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const mayHaveParts = /[^a-z0-9]/;

/** In their order and as often as they stand there, in lower case, without stop words. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [found] of text.slice(0, textCharsMax).matchAll(chunk)) {
    if (mayHaveParts.test(found)) takeParts(found, words);
    else take(found, words);
  }
  return words;
}

function take(word: string, words: string[]): void {
  if (word.length <= wordCharsMax && !stopWords.has(word)) words.push(word);
}

function takeParts(found: string, words: string[]): void {
  const whole = found.toLowerCase();
  const parts = found.split(notWord).flatMap((piece) => piece.split(camel));
  const said = parts.filter((part) => part !== '');
  if (said.length > 1) for (const part of said) take(part.toLowerCase(), words);
  take(whole, words);
}
