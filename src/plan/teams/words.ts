/** The words of a task that is a team: a plan or a goal in place of a prompt. */
import { z } from 'zod';
import { number, oneOf, text, wholeNumber, words } from '../shapes/fields.ts';

export const strategies = ['concat', 'vote', 'best-of', 'judge', 'reduce'] as const;
export type TeamStrategy = (typeof strategies)[number];

const aggregateMap = z.strictObject(
  {
    how: oneOf(strategies),
    agent: text('the name of a role').optional().describe('Who judges, or puts it together.'),
    prompt: text().optional().describe('What it is told beside the answers.'),
    enough: wholeNumber(1, 1_000).optional().describe('How many answers are needed.'),
  },
  { error: 'expected a map with how' },
);

const aggregate = z
  .union([oneOf(strategies), aggregateMap], {
    error: `expected one of ${strategies.join(', ')}, or a map with how`,
  })
  .describe(
    'How one answer comes of those of the team: all in a row, what most say, the one with the ' +
      'best evidence, or an agent picks one or makes one of them. Default concat.',
  );

/** What makes a task a team; everything else about it is said inside. */
export const teamWords = {
  plan: z
    .union([words('the path of a plan'), z.record(z.string(), z.unknown())], {
      error: 'expected the path of a plan, or a map with tasks',
    })
    .optional()
    .describe('The task is a team that works this plan off: a file, or the plan itself.'),
  goal: words('what is to be reached')
    .optional()
    .describe('The task is a team: its agent plans how to reach this, and others do it.'),
  with: z
    .record(z.string(), text('a text'), { error: 'expected a map of inputs to texts' })
    .optional()
    .describe("Values of the team's inputs. May hold {{...}}."),
  aggregate: aggregate.optional(),
  budget: z
    .strictObject({ usd: number(0, Number.MAX_VALUE) }, { error: 'expected a map with usd' })
    .optional()
    .describe('What the team may cost, of what the run may.'),
  concurrency: wholeNumber(1, 1_000)
    .optional()
    .describe('How many tasks of each role of the team are under way at once.'),
} as const;

export interface Aggregate {
  readonly how: TeamStrategy;
  readonly agent?: string | undefined;
  readonly prompt?: string | undefined;
  readonly enough?: number | undefined;
}

export function aggregateOf(given: TeamStrategy | Aggregate | undefined): Aggregate {
  return typeof given === 'object' ? given : { how: given ?? 'concat' };
}

/** How many answers are enough where the plan does not say. */
export function enoughOf({ how, enough }: Aggregate, count: number): number {
  if (enough !== undefined) return Math.min(enough, count);
  if (how === 'vote') return Math.floor(count / 2) + 1;
  return how === 'best-of' || how === 'judge' ? 1 : count;
}

/** Purses of teams, by their names: what the roles inside of them may cost together. */
export const teamsShape = z
  .record(
    z.string(),
    z.strictObject({ usd: number(0, Number.MAX_VALUE) }, { error: 'expected a map with usd' }),
    { error: 'expected a map of teams' },
  )
  .describe("What teams may cost: all roles whose names begin with a team's name and a dot.");
