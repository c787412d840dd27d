/** The sorted map against a plain Map: same content, always balanced, old versions unchanged. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  byText,
  type Compare,
  entries,
  first,
  get,
  remove,
  type SortedMap,
  set,
  type Tree,
} from '../../../machines/rules/sorted-map.ts';

type NumberMap = SortedMap<number, string>;
const byNumber: Compare<number> = (a, b) => a - b;

/** A key to set, or (negative) one to remove. */
const changesArbitrary = fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 120 });

function change(map: NumberMap, key: number, value: string): NumberMap {
  return key < 0 ? remove(map, -key, byNumber) : set(map, key, value, byNumber);
}

function changeModel(model: ReadonlyMap<number, string>, key: number, value: string) {
  const next = new Map(model);
  if (key < 0) next.delete(-key);
  else next.set(key, value);
  return next;
}

const contentOf = (map: NumberMap) => [...entries(map)].map(({ key, value }) => [key, value]);
const sorted = (model: ReadonlyMap<number, string>) => [...model].sort(([a], [b]) => a - b);

/** The true height; fails where the tree leans too far or misstates its height. */
function heightOf(map: NumberMap): number {
  if (!map) return 0;
  const [left, right] = [heightOf(map.left), heightOf(map.right)];
  expect(Math.abs(left - right)).toBeLessThanOrEqual(1);
  expect(map.height).toBe(1 + Math.max(left, right));
  return map.height;
}

/** What an AVL tree of so many keys can reach at most. */
const heightMax = (size: number): number => 1.4405 * Math.log2(size + 2);

function frozen(map: NumberMap): NumberMap {
  if (map && !Object.isFrozen(map)) {
    Object.freeze(map);
    frozen(map.left);
    frozen(map.right);
  }
  return map;
}

describe('a sorted map', () => {
  test('holds what a Map holds, in order, and is balanced', () => {
    const property = fc.property(changesArbitrary, (keys) => {
      let map: NumberMap = null;
      let model: ReadonlyMap<number, string> = new Map();
      for (const [at, key] of keys.entries()) {
        map = change(map, key, `v${at}`);
        model = changeModel(model, key, `v${at}`);
        expect(contentOf(map)).toEqual(sorted(model));
        expect(heightOf(map)).toBeLessThanOrEqual(heightMax(model.size));
        expect(first(map)?.key).toBe(sorted(model)[0]?.[0]);
        for (let probe = 0; probe <= 40; probe += 1) {
          expect(get(map, probe, byNumber)).toBe(model.get(probe));
        }
      }
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });

  test('leaves every version before it as it was', () => {
    const property = fc.property(changesArbitrary, (keys) => {
      const versions: NumberMap[] = [null];
      const models: ReadonlyMap<number, string>[] = [new Map()];
      for (const [at, key] of keys.entries()) {
        // Frozen: a change in place would throw.
        versions.push(frozen(change(versions.at(-1) ?? null, key, `v${at}`)));
        models.push(changeModel(models.at(-1) ?? new Map(), key, `v${at}`));
      }
      for (const [at, model] of models.entries()) {
        expect(contentOf(versions[at] ?? null)).toEqual(sorted(model));
      }
    });
    fc.assert(property, { numRuns: 100, seed: 2 });
  });

  test.each([
    ['rising', (at: number) => at],
    ['falling', (at: number) => 9_999 - at],
    ['mixed', (at: number) => (at * 7_919) % 10_000],
  ])('stays flat with 10,000 %s keys', (_, keyOf) => {
    let map: NumberMap = null;
    for (let at = 0; at < 10_000; at += 1) map = set(map, keyOf(at), '', byNumber);
    expect(heightOf(map)).toBeLessThanOrEqual(heightMax(10_000));
    for (let at = 0; at < 9_900; at += 1)
      map = remove(map, (first(map) as Tree<number, string>).key, byNumber);
    expect(heightOf(map)).toBeLessThanOrEqual(heightMax(100));
    expect(contentOf(map)).toHaveLength(100);
  });

  test('is the same when a key that it does not have is removed', () => {
    const map = [5, 3, 8, 1, 4].reduce<NumberMap>((at, key) => set(at, key, '', byNumber), null);
    expect(remove(map, 7, byNumber)).toBe(map);
    expect(remove(map, 0, byNumber)).toBe(map);
    expect(remove(null, 7, byNumber)).toBeNull();
  });

  test('survives JSON', () => {
    const map = [5, 3, 8].reduce<NumberMap>((at, key) => set(at, key, `v${key}`, byNumber), null);
    const copy = JSON.parse(JSON.stringify(map)) as NumberMap;
    expect(contentOf(remove(copy, 3, byNumber))).toEqual([
      [5, 'v5'],
      [8, 'v8'],
    ]);
  });

  test('of texts is in the order of their code units', () => {
    const texts = ['b', 'a', 'B', 'ä', ''];
    const map = texts.reduce<SortedMap<string, true>>(
      (at, key) => set(at, key, true, byText),
      null,
    );
    expect([...entries(map)].map(({ key }) => key)).toEqual(['', 'B', 'a', 'b', 'ä']);
    expect(first(null)).toBeNull();
  });
});
