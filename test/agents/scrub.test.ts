/** Keys are taken out of a stream, however it is cut, and nothing else is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scrub, secretsIn, secretsMarked } from '../../src/agents/processes/scrub.ts';

function through(secrets: readonly string[], pieces: readonly string[]): string {
  const scrub = new Scrub(secrets);
  const parts = pieces.map((piece) => scrub.push(Buffer.from(piece)));
  return Buffer.concat([...parts, scrub.end()]).toString();
}

describe('a stream', () => {
  test('loses keys that come whole, in pieces, or beside each other', () => {
    expect(through(['secret'], ['my secret!'])).toBe('my [redacted]!');
    expect(through(['secret'], ['my sec', 'r', 'et!'])).toBe('my [redacted]!');
    expect(through(['secret', 'secrets-too'], ['secrets-too', 'secret'])).toBe(
      '[redacted][redacted]',
    );
  });

  test('keeps what only begins as a key does', () => {
    expect(through(['secret'], ['sec', 'ond sec'])).toBe('second sec');
    expect(through([], ['secret'])).toBe('secret');
  });

  test('holds nothing back that can not be a key', () => {
    const scrub = new Scrub(['secret']);
    expect(scrub.push(Buffer.from('go on?\n')).toString()).toBe('go on?\n');
  });

  test('shows no key, wherever it is cut', () => {
    const secret = 'abcabd';
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'ab', 'abc', secret), { maxLength: 12 });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 7 })), (words, cuts) => {
        let rest = words.join('');
        const pieces = cuts.map((length) => {
          const piece = rest.slice(0, length);
          rest = rest.slice(length);
          return piece;
        });
        const whole = words.join('').replaceAll(secret, '[redacted]');
        expect(through([secret], [...pieces, rest])).toBe(whole);
      }),
    );
  });
});

test('which variables hold keys is told by their names', () => {
  const variables = { A: 'key-of-a', B: 'tiny', C: 'open', ...secretsMarked(['A', 'B']) };
  expect(secretsIn(variables)).toEqual(['key-of-a']);
  expect(secretsIn({ A: 'key-of-a' })).toEqual([]);
  expect(secretsMarked([])).toEqual({});
});
