/** `subtasks:` what a task may ask others for while it is worked on, and how many in all. */
import { z } from 'zod';
import type { DelegationSpec } from '../../../machines/plan.ts';
import { duration, flag, text, wholeNumber } from './fields.ts';

const countMax = 1_000;
const depthMax = 5;
const countDefault = 8;
const approveDefaultMs = 7 * 24 * 60 * 60_000;
/** Of a whole run whose plan does not say. */
export const totalDefault = 100;

const mapWith = { error: 'expected a map with count and depth' };

export const subtasksShape = z
  .strictObject(
    {
      count: wholeNumber(1, countMax).default(countDefault).describe('How many it may ask for.'),
      depth: wholeNumber(1, depthMax)
        .default(1)
        .describe('2: what it asks for may ask for others itself, and so on.'),
      agents: z
        .array(text('the name of a role'), { error: 'expected a list of roles' })
        .min(1, { error: 'expected a list of roles' })
        .optional()
        .describe('Whom it may ask. Default: every role of the plan.'),
      plan: flag().default(false).describe('True: its first answer must be a plan of them.'),
      approve: flag().default(false).describe('A person looks at what it asks for first.'),
      approveWithin: duration(1).optional().describe('How long they are waited for. Default 7d.'),
    },
    mapWith,
  )
  .describe('Others may be asked while it is worked on. Left out: nobody.');

export const totalShape = z
  .strictObject(
    { count: wholeNumber(1, 100_000).describe('How many tasks may be added to the run in all.') },
    { error: 'expected a map with count' },
  )
  .describe('How many tasks the tasks of the run may ask for, all together. Default 100.');

export interface PlanSubtasks {
  readonly count: number;
  readonly depth: number;
  /** Null: every role of the plan. */
  readonly agents: readonly string[] | null;
  /** Null: nobody has to approve. */
  readonly approveWithinMs: number | null;
  /** `plans`: its first answer must be a plan of them. */
  readonly kind: 'asks' | 'plans';
  /** Where those work whom it asks, if they edit: settled before a run; absent: where it does. */
  readonly workspace?: 'worktree';
}

type SubtasksValue = z.output<typeof subtasksShape>;

export function resolveSubtasks(value: SubtasksValue): PlanSubtasks {
  const { count, depth, agents = null, plan, approve, approveWithin } = value;
  const approveWithinMs = approve ? (approveWithin ?? approveDefaultMs) : null;
  return { count, depth, agents, approveWithinMs, kind: plan ? 'plans' : 'asks' };
}

/** As it would be written. */
export function subtasksDocument(subtasks: PlanSubtasks): z.input<typeof subtasksShape> {
  const { count, depth, agents, approveWithinMs, kind } = subtasks;
  const approval = { approve: true, approveWithin: `${approveWithinMs}ms` };
  return {
    ...{ count, depth, plan: kind === 'plans' },
    ...(agents && { agents: [...agents] }),
    ...(approveWithinMs === null ? {} : approval),
  };
}

export function delegationOf({ count, depth, approveWithinMs }: PlanSubtasks): DelegationSpec {
  return { count, depth, approveWithinMs };
}
