/** What every semantic index promises in `memory/search/semantic-index.ts`, as one suite. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { normalise } from '../../memory/embedding/embedder.ts';
import type { Entry, SemanticIndex } from '../../memory/search/semantic-index.ts';

const dimensions = 16;

/** A fresh, empty index for vectors of 16 dimensions. */
type MakeIndex = () => Promise<SemanticIndex>;

/** Repeatable, and different for each id. */
function vectorOf(id: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let state = (id + 1) * 2_654_435_761;
  for (let at = 0; at < dimensions; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    vector[at] = state / 2 ** 31 - 1;
  }
  return normalise(vector);
}

const entries = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from }, (_, at) => ({ id: from + at, vector: vectorOf(from + at) }));

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);

export function semanticIndexContract(name: string, makeIndex: MakeIndex): void {
  describe(`${name} keeps the promises of a semantic index`, () => {
    let index: SemanticIndex;
    beforeEach(async () => {
      index = await makeIndex();
    });
    afterEach(() => index.close());

    test('an empty one finds nothing', async () => {
      expect(await index.count()).toBe(0);
      expect(await index.nearest(vectorOf(1), 5)).toEqual([]);
    });

    test('each vector finds itself first, as near as can be', async () => {
      await index.put(entries(0, 200));
      for (const id of [0, 7, 99, 199]) {
        const [first] = await index.nearest(vectorOf(id), 3);
        expect(first?.id).toBe(id);
        expect(first?.cosine).toBeGreaterThan(0.99);
      }
    });

    test('the nearest come in order, as a look at all of them says', async () => {
      const all = entries(0, 300);
      await index.put(all);
      const asked = vectorOf(1_000);
      const expected = all
        .map(({ id, vector }) => ({ id, cosine: dot(asked, vector) }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 10);
      const found = await index.nearest(asked, 10);
      const known = new Set(expected.map(({ id }) => id));
      expect(found).toHaveLength(10);
      expect(found.filter(({ id }) => known.has(id)).length).toBeGreaterThanOrEqual(9);
      const cosines = found.map(({ cosine }) => cosine);
      expect(cosines).toEqual([...cosines].sort((a, b) => b - a));
      expect(cosines[0]).toBeCloseTo(expected[0]?.cosine as number, 1);
    });

    test('no more are given than there are', async () => {
      await index.put(entries(0, 3));
      expect(await index.nearest(vectorOf(1), 50)).toHaveLength(3);
    });

    test('a known id is replaced', async () => {
      await index.put(entries(0, 20));
      await index.put([{ id: 4, vector: vectorOf(500) }]);
      expect(await index.count()).toBe(20);
      const [first] = await index.nearest(vectorOf(500), 1);
      expect(first?.id).toBe(4);
      const [former] = await index.nearest(vectorOf(4), 1);
      expect(former?.id).not.toBe(4);
    });

    test('what is removed is not found, and unknown ids change nothing', async () => {
      await index.put(entries(0, 50));
      await index.remove([7, 49, 0, 12_345]);
      expect(await index.count()).toBe(47);
      const found = await index.nearest(vectorOf(7), 50);
      expect(found.map(({ id }) => id).filter((id) => [7, 49, 0].includes(id))).toEqual([]);
      const [last] = await index.nearest(vectorOf(48), 1);
      expect(last?.id).toBe(48);
    });

    test('thousands are taken at once, and ids of any size', async () => {
      await index.put(entries(1_000_000, 1_003_000));
      expect(await index.count()).toBe(3_000);
      const [first] = await index.nearest(vectorOf(1_002_345), 1);
      expect(first?.id).toBe(1_002_345);
    });

    test('a vector of zeros may be kept or not, and harms nobody', async () => {
      await index.put([...entries(0, 5), { id: 9, vector: new Float32Array(dimensions) }]);
      expect(await index.count()).toBeGreaterThanOrEqual(5);
      const [first] = await index.nearest(vectorOf(3), 1);
      expect(first?.id).toBe(3);
    });
  });
}
