/** Near-duplicates among very many: few are read, and little of the rest is in memory. */
import { describe, expect, test } from 'vitest';
import { groupDuplicates, type Past } from '../../../memory/manager/duplicates.ts';
import type { Sketch } from '../../../memory/manager/neighbours.ts';
import { pack } from '../../../memory/search/small-vector.ts';
import { hashesOf, termsOf } from '../../../memory/search/terms.ts';

const packed = pack(Float32Array.of(1, 0));

/** A past of prompts, the first the oldest, that counts what is read of it. */
function pastOf(prompts: readonly string[], more: Partial<Sketch> = {}) {
  const read: number[] = [];
  const hashes = prompts.map((prompt) => hashesOf(termsOf(prompt)));
  const past: Past = {
    sketches: function* () {
      for (const [at, each] of hashes.entries()) {
        yield { id: at + 1, hashes: each, finishedAt: at, isFree: true, isGood: true, ...more };
      }
    },
    candidates: (ids) => {
      read.push(...ids);
      return ids.map((id) => {
        const rest = { packed, embedder: 'e', outcome: 'succeeded' };
        return { id, prompt: prompts[id - 1] as string, hashes: hashes[id - 1] as never, ...rest };
      });
    },
  };
  return { past, read };
}

const words = 'alder beech cedar dogwood elm fir ginkgo hazel ivy juniper'.split(' ');
const wordsOf = (at: number): string =>
  Array.from({ length: 8 }, (_, place) => `${words[(at + place) % 10]}q${at}q${place}`).join(' ');

describe('near-duplicates', () => {
  test('are the only ones that are read', () => {
    const others = Array.from({ length: 5_000 }, (_, at) => wordsOf(at));
    const { past, read } = pastOf([...others, wordsOf(7), wordsOf(4_000)]);
    expect(groupDuplicates(past)).toEqual([
      { keeps: 5_002, likes: [4_001] },
      { keeps: 5_001, likes: [8] },
    ]);
    // And whoever shares a key by chance.
    expect(read).toEqual(expect.arrayContaining([8, 4_001, 5_001, 5_002]));
    expect(read.length).toBeLessThan(50);
  });

  test('are looked for among so many only, where thousands look alike and are not', () => {
    // The same rare terms, and as many common ones that differ.
    const rare = 'zinnia yarrow xylem wisteria verbena';
    const common = Array.from(
      { length: 40 },
      (_, at) => `common${words[at % 10]}${'abcd'[at % 4]}`,
    );
    const prompts = Array.from({ length: 2_000 }, (_, at) => {
      const picked = common.filter((_word, place) => ((at >> (place % 11)) & 1) === 1);
      return `${rare} ${picked.join(' ')} v${at}`;
    });
    const { past, read } = pastOf(prompts);
    expect(groupDuplicates(past)).toEqual([]);
    expect(read.length).toBeLessThan(2_000 * 64);
  });

  test('that must stay are known by others, and go nowhere', () => {
    const { past } = pastOf([wordsOf(1), wordsOf(1)], { isFree: false });
    expect(groupDuplicates(past)).toEqual([]);
  });

  test('of nothing are none', () => {
    expect(groupDuplicates(pastOf([]).past)).toEqual([]);
    expect(groupDuplicates(pastOf(['', 'the']).past)).toEqual([]);
    expect(groupDuplicates(pastOf(['', '']).past)).toEqual([{ keeps: 2, likes: [1] }]);
  });
});
