/** The default embedding: known vectors, unit length, and what is near to what. */
import { describe, expect, test } from 'vitest';
import { StaticVectors } from '../../../memory/embedding/static-vectors.ts';

const vectors = StaticVectors.open();
const cosine = (a: string, b: string): number => {
  const [left, right] = [vectors.embedOne(a), vectors.embedOne(b)];
  return left.reduce((sum, value, at) => sum + value * (right[at] as number), 0);
};
const lengthOf = (vector: Float32Array): number => Math.hypot(...vector);

describe('the static vectors', () => {
  test('have 200 dimensions and unit length', () => {
    const vector = vectors.embedOne('Fix the login of the website');
    expect(vector).toHaveLength(200);
    expect(lengthOf(vector)).toBeCloseTo(1, 5);
  });

  test('are zeros for a text of which no word is known', () => {
    expect(lengthOf(vectors.embedOne('qzxvk wwqqzz'))).toBe(0);
    expect(lengthOf(vectors.embedOne(''))).toBe(0);
  });

  test('are the same every time', async () => {
    const text = 'Add retries to the HTTP client';
    const [again] = await vectors.embed([text]);
    expect(again).toEqual(vectors.embedOne(text));
  });

  test.each([
    ['People are logged out too early', 'The session expires too soon', 'Bake a chocolate cake'],
    ['Write unit tests', 'Add test coverage with vitest', 'Deploy the container'],
    ['Plan a journey to Italy', 'Holiday in Rome', 'Rename the database column'],
    ['encrypt passwords', 'hash credentials with bcrypt', 'draw a chart of the sales'],
  ])('hold %j for nearer to %j than to %j', (text, near, far) => {
    expect(cosine(text, near)).toBeGreaterThan(cosine(text, far) + 0.1);
  });

  test('know the words of an identifier', () => {
    expect(cosine('parseInvoiceDate', 'parse the date of an invoice')).toBeGreaterThan(0.7);
  });

  test('say what is missing when the data is', () => {
    expect(() => StaticVectors.open('no/such/folder')).toThrow(/no such file|ENOENT/i);
  });
});
