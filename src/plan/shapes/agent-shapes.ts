/** The words of roles whose agents are reached otherwise than by a program of their own name. */
import { z } from 'zod';
import { variable } from './account-shapes.ts';
import { argument, number, text, wholeNumber, words } from './fields.ts';

const countMax = 1_000;

const address = words('an address')
  .regex(/^https?:\/\/[^\s/]+/, { error: 'expected an address such as https://host/v1' })
  .describe('Where the API is, up to /v1.');

/** What one attempt may use; looked at before each call. */
const caps = {
  maxTurns: wholeNumber(1, countMax).optional().describe('The most answers of one attempt.'),
  maxTokens: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The most tokens of one attempt, read and written.'),
  budgetUsd: number(0, Number.MAX_VALUE)
    .optional()
    .describe('What one attempt may cost; each call is reserved before it is made.'),
} as const;

export const openaiWords = {
  model: words('the name of a model'),
  baseUrl: address.optional().describe('Default https://api.openai.com/v1.'),
  keyEnv: variable
    .optional()
    .describe('The variable that holds the key. Default OPENAI_API_KEY; none for another baseUrl.'),
  ...caps,
} as const;

export const grokWords = {
  model: words('the name of a model').default('grok-4').describe('Default grok-4.'),
  baseUrl: address.optional().describe('Default https://api.x.ai/v1.'),
  keyEnv: variable.optional().describe('The variable that holds the key. Default XAI_API_KEY.'),
  ...caps,
} as const;

const programWords = { error: 'expected a command line, or a list of a program and its arguments' };
const program = z.union(
  [words('a command line'), z.array(argument('text'), programWords).min(1, programWords)],
  programWords,
);

export const acpWords = {
  run: program.describe('Starts an agent that speaks ACP: [opencode, acp], or [gemini, --acp].'),
} as const;

const headerName = words("a header's name").regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, {
  error: "expected a header's name, such as Authorization",
});

const headers = z
  .record(headerName, argument('text'), { error: 'expected a map of headers' })
  .describe(`What is sent along; \${NAME} stands for a variable: Bearer \${TOKEN}.`);

export const mcpWords = {
  run: program.optional().describe('Starts an MCP server on stdio.'),
  url: address.optional().describe('Where a server is reached by HTTP, in place of run.'),
  headers: headers.optional(),
  tool: words('the name of a tool').describe('The tool of that server that does the tasks.'),
  arguments: z
    .record(z.string(), z.unknown(), { error: 'expected a map of arguments' })
    .optional()
    .describe('What the tool is given; {{prompt}} stands for the prompt. Default: prompt.'),
} as const;

export const autoChoices = ['claude', 'codex', 'gemini', 'opencode', 'grok', 'openai'] as const;

const whenClaude = z.strictObject(
  {
    maxTurns: caps.maxTurns,
    budgetUsd: caps.budgetUsd,
    tools: z.array(words('the name of a tool'), { error: 'expected a list of tools' }).optional(),
  },
  { error: 'expected a map with maxTurns, budgetUsd and tools' },
);
const whenApi = z.strictObject(caps, {
  error: 'expected a map with maxTurns, maxTokens and budgetUsd',
});

/** By the agent that is chosen; the others have no such limits. */
export const whenShapes = { claude: whenClaude, openai: whenApi, grok: whenApi } as const;

export const autoWords = {
  when: z
    .strictObject(whenShapes, { error: 'expected a map with claude, openai and grok' })
    .partial()
    .optional()
    .describe('What holds when this one is chosen: { claude: { maxTurns: 50 } }.'),
  prefer: z
    .array(text('the name of an adapter'), { error: 'expected a list of adapters' })
    .min(1, { error: 'expected a list of adapters, not an empty one' })
    .refine((names) => names.every((name) => autoChoices.some((each) => each === name)), {
      error: `expected adapters among ${autoChoices.join(', ')}`,
    })
    .optional()
    .describe('Which to look for, the first one first. Default: all, in this order.'),
} as const;
