/** Every method on every labelled set, with and without distractors: what the bench prints. */
import { distractors } from './distractors.ts';
import { holdOutSets, type Labelled, labelledSets } from './labelled.ts';
import { type Figures, measure } from './measure.ts';
import { bm25, cosine, ours } from './methods.ts';

export interface Compared extends Figures {
  readonly method: string;
  readonly set: string;
  /** How many texts there were beside those of the sets. */
  readonly distractors: number;
}

export { holdOutSets };

const methods = { bm25, cosine, ours } as const;

type Sets = Readonly<Record<string, readonly Labelled[]>>;

export async function compareAll(
  count: number,
  sets: Sets = labelledSets,
): Promise<readonly Compared[]> {
  const right = Object.values(sets).flatMap((set) => set.flatMap((each) => each.right));
  const texts = [...new Set([...right, ...distractors(count)])];
  const compared: Compared[] = [];
  for (const [method, make] of Object.entries(methods)) {
    const answer = make(texts);
    for (const [set, labelled] of Object.entries(sets)) {
      compared.push({ method, set, distractors: count, ...(await measure(labelled, answer)) });
    }
  }
  return compared;
}
