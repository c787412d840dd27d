/** Stems: forms of a word that are met as one, and words that stay apart. */
import { describe, expect, test } from 'vitest';
import { stem } from '../../../memory/search/stem.ts';

describe('stem', () => {
  test.each([
    ['users', 'user'],
    ['parsing', 'parsed'],
    ['queries', 'query'],
    ['boxes', 'box'],
    ['running', 'runn'.slice(0, 3)],
    ['caches', 'cache'],
    ['expires', 'expired'],
    ['deleting', 'delete'],
  ])('brings %s and %s together', (one, other) => {
    expect(stem(one)).toBe(stem(other));
  });

  test.each(['class', 'status', 'src/app.ts', 'ts2345', 'econnreset', 'redis'])(
    'leaves %s as it is',
    (word) => {
      expect(stem(word)).toBe(word);
    },
  );

  test('keeps apart what is not the same', () => {
    expect(stem('string')).not.toBe(stem('stress'));
    expect(stem('caching')).not.toBe(stem('catch'));
  });
});
