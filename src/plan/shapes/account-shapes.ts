/** The words of an account, in a plan and in a home's own list of them. */
import { z } from 'zod';
import { argument, fileSafeName, number, oneOf, text, wholeNumber, words } from './fields.ts';

const map = (what: string): { readonly error: string } => ({ error: `expected a map ${what}` });
const list = (what: string): { readonly error: string } => ({
  error: `expected a list of ${what}`,
});

const usd = number(0, Number.MAX_VALUE);
const perMinute = wholeNumber(1, 1_000_000_000);

/** Upper case alone: whoever writes a key in its place is told so before it goes anywhere. */
const variableWords = 'expected the name of a variable, in capitals, and never a key itself';
export const variable = z
  .string({ error: variableWords })
  .regex(/^[A-Z_][A-Z0-9_]{0,99}$/, { error: variableWords });

export const priceShape = z
  .strictObject(
    {
      input: usd.describe('Dollars for a million input tokens.'),
      output: usd.describe('Dollars for a million output tokens.'),
      cached: usd.optional().describe('Of input that was seen just before. Default: as input.'),
    },
    map('with input and output'),
  )
  .describe('What its models cost, when the table does not know or is wrong.');

const command = z.union(
  [words('a command line'), z.array(argument('text'), list('texts')).min(1, list('texts'))],
  { error: 'expected a command line, or a list of a program and its arguments' },
);

export const accountShape = z
  .strictObject(
    {
      provider: words('the name of a provider').describe('anthropic, openai, google, grok, ...'),
      keyEnv: variable.optional().describe('The variable of this machine that holds the key.'),
      keyFile: words('the path of a file').optional().describe('A file with the key, chmod 600.'),
      keyCommand: command.optional().describe('A program that prints the key.'),
      variable: variable.optional().describe('Where its programs look for the key.'),
      model: words('the name of a model').optional().describe('What its attempts are priced by.'),
      price: priceShape.optional(),
      concurrency: wholeNumber(1, 1_000).optional().describe('Attempts at once, of all runs.'),
      requestsPerMinute: perMinute.optional(),
      tokensPerMinute: perMinute.optional(),
      usdPerDay: usd.optional().describe('What it may cost in a day, by UTC.'),
      usdMax: usd.optional().describe('What it may cost in all.'),
    },
    map('with provider'),
  )
  .refine(
    ({ keyEnv, keyFile, keyCommand }) =>
      [keyEnv, keyFile, keyCommand].filter((source) => source !== undefined).length <= 1,
    { error: 'expected one of keyEnv, keyFile and keyCommand' },
  );

export const accountsShape = z
  .record(fileSafeName('the name of an account'), accountShape, map('of accounts'))
  .describe('Accounts by name. A key is never written here, only where it is kept.');

export const strategyWords = [
  'balanced',
  'cheapest',
  'fastest',
  'sticky',
  'failover',
  'learned',
] as const;

/** What a role says of them. */
export const borrowing = {
  account: z
    .union([text('the name of an account'), z.array(text(), list('names')).min(1, list('names'))], {
      error: 'expected the name of an account or provider, or a list of them',
    })
    .optional()
    .describe('Which accounts its attempts use: by name, or all of a provider.'),
  strategy: oneOf(strategyWords)
    .optional()
    .describe(
      'Which of them comes first. Default balanced. With adapter auto, learned chooses the agent.',
    ),
  costUsdMax: usd
    .optional()
    .describe('What one attempt costs at most; set aside before it begins.'),
} as const;

/** What `accounts.json` in a home holds. */
export const homeAccountsShape = z.strictObject(
  {
    usdPerDay: usd.optional().describe('What all accounts together may cost in a day, by UTC.'),
    prices: z.record(z.string(), priceShape, map('of models')).default({}),
    accounts: accountsShape.default({}),
  },
  map('with accounts'),
);
