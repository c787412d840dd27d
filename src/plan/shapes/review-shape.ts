/** The words of `verify: { review: ... }`: others judge the work; who, and how many. */
import { z } from 'zod';
import { duration, text, wholeNumber } from './fields.ts';

export interface PlanReview {
  readonly role: string;
  /** May hold templates; empty when there is none. */
  readonly prompt: string;
  /** How many must accept, of how many at most. */
  readonly quorum: number;
  readonly of: number;
  /** Reviews without a verdict that are made again. */
  readonly retries: number;
  /** Of one review. */
  readonly timeoutMs: number;
}

const reviewersMax = 9;
const timeoutDefaultMs = 20 * 60_000;
const retriesDefault = 1;

const quorumWords = {
  error: `expected how many must accept, such as 2 of 3 (${reviewersMax} at most)`,
};
const quorumPattern = /^([1-9]) of ([1-9])$/;

export const reviewShape = z.strictObject(
  {
    agent: text('the name of a role').describe('Whose agents judge: never the one that did it.'),
    prompt: text().default('').describe('What to look at. May hold {{...}}.'),
    quorum: z
      .string(quorumWords)
      .regex(quorumPattern, quorumWords)
      .refine((given) => votesOf(given).quorum <= votesOf(given).of, quorumWords)
      .optional()
      .describe('How many must accept, of how many. Default: 1 of 1.'),
    timeout: duration(1).optional().describe('The limit of one review. Default 20m.'),
    retries: wholeNumber(0, 100)
      .optional()
      .describe('Reviews without a verdict that are made again, in all. Default 1.'),
  },
  { error: 'expected a map with agent' },
);

export const reviewCheckShape = z.strictObject(
  { review: reviewShape.describe('Other agents judge it once every other check has passed.') },
  { error: 'expected a map with review' },
);

export type ReviewValue = z.output<typeof reviewShape>;

function votesOf(given: string): { readonly quorum: number; readonly of: number } {
  const [, quorum, of] = quorumPattern.exec(given) ?? [];
  return { quorum: Number(quorum), of: Number(of) };
}

export function resolveReview(value: ReviewValue): PlanReview {
  const { agent: role, prompt, quorum = '1 of 1', timeout, retries } = value;
  const timeoutMs = timeout ?? timeoutDefaultMs;
  return { role, prompt, ...votesOf(quorum), timeoutMs, retries: retries ?? retriesDefault };
}

/** Each review is another agent's, and the author of the work is none of them. */
export function agentsNeeded({ role, of }: PlanReview, author: string): number {
  return role === author ? of + 1 : of;
}
