/** The vocabulary: the same row whether it is looked for or read from a map. */
import { expect, test } from 'vitest';
import { Vocabulary } from '../../../memory/embedding/vocabulary.ts';

const words = Array.from({ length: 500 }, (_, at) => `word${at}`);

test.each(['', '\n'])('knows every word by its row, few of them or all, ending %j', (end) => {
  const vocabulary = new Vocabulary(Buffer.from(words.join('\n') + end));
  const twice = [...words, ...words];
  expect(twice.map((word) => vocabulary.rowOf(word))).toEqual(
    twice.map((_, at) => at % words.length),
  );
});

test('knows no part of a word, and nothing that is none', () => {
  const vocabulary = new Vocabulary(Buffer.from('alpha\nbeta\ngamma'));
  for (const each of ['alph', 'lpha', '', 'alpha\nbeta', 'delta']) {
    expect(vocabulary.rowOf(each)).toBeUndefined();
  }
  expect(vocabulary.rowOf('gamma')).toBe(2);
});
