/** The size of texts for models: near enough to warn. */
import { expect, test } from 'vitest';
import { manyTokens, tokensIn, tokenWarning } from '../../../memory/manager/tokens.ts';

test.each([
  ['', 0, 0],
  ['The quick brown fox jumps over the lazy dog.', 8, 13],
  ['const add = (a: number, b: number): number => a + b;', 12, 22],
  ['Привет, как дела?', 8, 14],
  ['会話の記録を消してください', 7, 14],
])('%j has from %d to %d', (text, least, most) => {
  expect(tokensIn(text)).toBeGreaterThanOrEqual(least);
  expect(tokensIn(text)).toBeLessThanOrEqual(most);
});

test('many of them are worth a word', () => {
  expect(tokenWarning(manyTokens)).toBeNull();
  expect(tokenWarning(12_345)).toContain('12,000 tokens');
});
