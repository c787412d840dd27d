/** The end of a text is kept to the byte, however it came in, and begins with a whole character. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tail } from '../../src/agents/processes/tail.ts';

const tailOf = (chunks: readonly Buffer[], maxBytes: number): string => {
  const tail = new Tail(maxBytes);
  for (const chunk of chunks) tail.add(chunk);
  return tail.text();
};

test('what is short is whole, also when it is no text', () => {
  expect(tailOf([], 8)).toBe('');
  expect(tailOf([Buffer.from('abc'), Buffer.from('def')], 8)).toBe('abcdef');
  expect(tailOf([Buffer.from([0x80, 0x80, 0x61])], 8)).toBe('\ufffd\ufffda');
});

test('what is cut begins with a whole character', () => {
  expect(tailOf([Buffer.from('€€€')], 8)).toBe('€€');
  expect(tailOf([Buffer.from('🎭🎭')], 5)).toBe('🎭');
  expect(tailOf([Buffer.from('abcdef')], 3)).toBe('def');
});

test('any text in any pieces keeps the same end', () => {
  const pieces = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 4, max: 200 }), (texts, maxBytes) => {
      const chunks = texts.map((text) => Buffer.from(text));
      const all = Buffer.concat(chunks);
      const kept = tailOf(chunks, maxBytes);
      // A character cut in two would be U+FFFD here, and not in the text.
      expect(all.toString().endsWith(kept)).toBe(true);
      expect(Buffer.byteLength(kept)).toBeGreaterThanOrEqual(Math.min(all.length, maxBytes - 3));
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(maxBytes);
    }),
  );
});
