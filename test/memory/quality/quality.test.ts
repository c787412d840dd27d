/** The ranking is as good as was measured, and better than what it is made of. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Compared, compareAll, holdOutSets } from './compare.ts';
import { distractors } from './distractors.ts';
import { labelledSets } from './labelled.ts';
import type { Figures } from './measure.ts';

let compared: readonly Compared[] = [];
let heldOut: readonly Compared[] = [];
const figureOf = (method: string, set: keyof typeof labelledSets): Figures => {
  const found = compared.find((each) => each.method === method && each.set === set);
  if (!found) throw new Error(`${method} was not measured on ${set}`);
  return found;
};

beforeAll(async () => {
  compared = await compareAll(1_000);
  heldOut = await compareAll(1_000, holdOutSets);
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

describe('on what nothing was tuned on, our ranking', () => {
  const mrr = (method: string, set: keyof typeof holdOutSets): number =>
    heldOut.find((each) => each.method === method && each.set === set)?.mrr ?? 0;

  test('holds up as well', () => {
    expect(holdOutSets['hold-out']).toHaveLength(60);
    expect(holdOutSets['hold-out identifiers']).toHaveLength(20);
    expect(mrr('ours', 'hold-out')).toBeGreaterThan(mrr('bm25', 'hold-out') + 0.1);
    expect(mrr('ours', 'hold-out')).toBeGreaterThan(mrr('cosine', 'hold-out') - 0.02);
    expect(mrr('ours', 'hold-out')).toBeGreaterThan(0.3);
    expect(mrr('ours', 'hold-out identifiers')).toBe(1);
  });
});
