/** How well a method of ranking finds what is labelled as right: recall@1, hit@5 and MRR. */
import type { Labelled } from './labelled.ts';

export interface Figures {
  /** The share of questions whose first answer is right. */
  readonly recallAt1: number;
  /** The share with a right one among the first five. */
  readonly hitAt5: number;
  /** The mean of one over the place of the first right one. */
  readonly mrr: number;
}

/** Texts, best first, of those that it was given; the question itself is never among them. */
export type Method = (question: string) => Promise<readonly string[]>;

export async function measure(set: readonly Labelled[], method: Method): Promise<Figures> {
  const places: number[] = [];
  for (const { question, right } of set) {
    const answers = (await method(question)).filter((text) => text !== question);
    places.push(answers.findIndex((text) => right.includes(text)) + 1);
  }
  const share = (fits: (place: number) => boolean): number =>
    places.filter((place) => place > 0 && fits(place)).length / places.length;
  return {
    recallAt1: share((place) => place === 1),
    hitAt5: share((place) => place <= 5),
    mrr: places.reduce((sum, place) => sum + (place > 0 ? 1 / place : 0), 0) / places.length,
  };
}
