/** `gather:` a task that puts together what came of others, by a rule or by an agent. */
import { z } from 'zod';
import { oneOf, text, wholeNumber } from './fields.ts';

/** By a rule: nobody is asked, and nothing is paid. `pick` takes what a judge has named. */
const gatherRules = ['concat', 'vote', 'best-of', 'pick'] as const;
/** By an agent, who is told the answers. */
const gatherAsks = ['judge', 'reduce'] as const;

export type GatherHow = (typeof gatherRules)[number] | (typeof gatherAsks)[number];

export const gatherShape = z
  .strictObject(
    {
      how: oneOf([...gatherRules, ...gatherAsks]).describe('How one answer comes of many.'),
      from: z
        .array(text('a task id'), { error: 'expected a list of task ids' })
        .min(1, { error: 'expected a list of task ids, not an empty one' })
        .describe('Whose answers; all of them are among its needs.'),
      enough: wholeNumber(1, 1_000)
        .optional()
        .describe('How many of them must succeed. Default: all.'),
      judge: text('a task id').optional().describe('With how: pick, the task that names the best.'),
    },
    { error: 'expected a map with how and from' },
  )
  .describe('It puts together what came of other tasks.');

type GatherValue = z.output<typeof gatherShape>;

export interface PlanGather {
  readonly how: GatherHow;
  readonly from: readonly string[];
  readonly enough: number;
  /** Of `pick`; absent: nobody. */
  readonly judge?: string;
}

export function resolveGather(value: GatherValue): PlanGather {
  const { how, from, enough = from.length, judge } = value;
  return { how, from, enough, ...(judge !== undefined && { judge }) };
}

export const isByRule = (how: GatherHow): boolean =>
  (gatherRules as readonly string[]).includes(how);
