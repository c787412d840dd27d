/** The exact index keeps the promises of every index, and is exact. */
import { expect, test } from 'vitest';
import { ExactIndex } from '../../../memory/search/exact-index.ts';
import { semanticIndexContract } from '../../contracts/semantic-index.contract.ts';

semanticIndexContract('the exact index', async () => new ExactIndex(16));

test('equally near ones come in the order of their ids, whatever was removed before', async () => {
  const index = new ExactIndex(2);
  const vector = Float32Array.of(1, 0);
  await index.put([5, 3, 9, 1, 7].map((id) => ({ id, vector })));
  await index.remove([3]);
  const found = await index.nearest(vector, 3);
  expect(found.map(({ id }) => id)).toEqual([1, 5, 7]);
});

test('a vector of other dimensions is refused', async () => {
  const index = new ExactIndex(2);
  await expect(index.put([{ id: 1, vector: Float32Array.of(1) }])).rejects.toThrow(/dimensions/);
});
