/** The ranking is as good as was measured, and better than what it is made of. */
import { beforeAll, describe, expect, test } from 'vitest';
import { distractors } from './distractors.ts';
import { labelledSets } from './labelled.ts';
import { type Figures, measure } from './measure.ts';
import { bm25, cosine, ours } from './methods.ts';

type SetName = keyof typeof labelledSets;
const names = Object.keys(labelledSets) as SetName[];
const methods = { bm25, cosine, ours } as const;
const figures = new Map<string, Figures>();
const figureOf = (method: keyof typeof methods, set: SetName): Figures =>
  figures.get(`${method} ${set}`) as Figures;

beforeAll(async () => {
  const right = Object.values(labelledSets).flatMap((set) => set.flatMap((each) => each.right));
  const texts = [...new Set([...right, ...distractors(1_000)])];
  for (const [method, make] of Object.entries(methods)) {
    const answer = make(texts);
    for (const name of names) {
      figures.set(`${method} ${name}`, await measure(labelledSets[name], answer));
    }
  }
});

describe('the labelled set', () => {
  test('is as large as it should be', () => {
    expect(labelledSets.coding).toHaveLength(100);
    expect(labelledSets.other).toHaveLength(60);
    expect(labelledSets.identifiers).toHaveLength(40);
    expect(new Set(distractors(1_000)).size).toBe(1_000);
  });
});

describe('among 1,000 distractors, our ranking', () => {
  test.each(['coding', 'other'] as const)('finds paraphrases of %s tasks', (set) => {
    const { recallAt1, hitAt5, mrr } = figureOf('ours', set);
    expect(mrr).toBeGreaterThan(figureOf('bm25', set).mrr + 0.25);
    // The terms that texts share cost a little where they share none of what is meant.
    expect(mrr).toBeGreaterThan(figureOf('cosine', set).mrr - 0.04);
    expect(mrr).toBeGreaterThan(0.45);
    expect(recallAt1).toBeGreaterThan(0.37);
    expect(hitAt5).toBeGreaterThan(0.56);
  });

  test('finds identifiers as surely as words are found', () => {
    expect(figureOf('ours', 'identifiers').recallAt1).toBeGreaterThan(0.95);
    expect(figureOf('ours', 'identifiers').hitAt5).toBe(1);
    expect(figureOf('cosine', 'identifiers').recallAt1).toBeLessThan(0.9);
  });
});
