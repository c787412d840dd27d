/** The words of a plan document: one schema gives its types, its errors and its JSON Schema. */
import { z } from 'zod';
import { promptUseShape } from '../prompts/prompt-uses.ts';
import { teamsShape, teamWords } from '../teams/words.ts';
import { accountsShape, borrowing } from './account-shapes.ts';
import { acpWords, autoWords, grokWords, mcpWords, openaiWords } from './agent-shapes.ts';
import {
  argument,
  duration,
  durationRange,
  fileSafeName,
  flag,
  number,
  oneOf,
  text,
  wholeNumber,
  words,
} from './fields.ts';
import { gatherShape } from './gather.ts';
import { healShape } from './heal.ts';
import { reviewCheckShape } from './review-shape.ts';
import { roleWords, templateWords } from './role-words.ts';
import { subtasksShape, totalShape } from './subtasks.ts';

const countMax = 1_000;
const retriesMax = 100;

const map = (what: string): { readonly error: string } => ({ error: `expected a map ${what}` });
const list = (what: string): { readonly error: string } => ({
  error: `expected a list of ${what}`,
});
const tooLong = (what: string, charactersMax: number): { readonly error: string } => ({
  error: `expected ${what} of at most ${charactersMax} characters`,
});

export const backoffShape = z
  .strictObject(
    {
      initial: duration(0).optional().describe('Wait before the first retry. Default 1s.'),
      factor: number(1, 100).optional().describe('Each wait is so many times the last. Default 2.'),
      max: duration(0).optional().describe('The longest wait. Default 1m.'),
      jitter: number(0, 1).optional().describe('The share of a wait that varies. Default 0.5.'),
    },
    map('with initial, factor, max and jitter'),
  )
  .refine(({ initial, max }) => initial === undefined || max === undefined || initial <= max, {
    error: 'expected a duration that is not shorter than initial',
    path: ['max'],
  });

const runList = z.array(argument('text'), list('texts')).min(1, list('texts, not an empty one'));
const run = z
  .union([words('a command line'), runList], {
    error: 'expected a command line, or a list of a program and its arguments',
  })
  .describe(
    'A line for the shell, or a list: a program and its arguments, which may hold {{...}}.',
  );

const env = z
  .record(
    z.string().regex(/^[^=\s\p{Cc}]+$/u, { error: 'expected a name without "=" and spaces' }),
    argument('text'),
    map('of names to texts'),
  )
  .describe('Added to the environment of the program. Values may hold {{...}}.');

const workspace = oneOf(['worktree', 'shared', 'folder', 'copy']).describe(
  'Where it works: a git worktree of its own, the working directory, an empty folder, or a copy.',
);
const timeout = duration(1).describe('The limit of one attempt. Default 1h.');
const retries = wholeNumber(0, retriesMax).describe('Attempts after the first. Default 0.');
const verifyTimeout = duration(1).describe('The limit of all checks of an attempt. Default 10m.');

export const checkShapes = {
  run: z.strictObject({ run, timeout: duration(1).optional() }, map('with run')),
  file: z.strictObject(
    {
      file: words('the path of a file').describe('A file that must be there. May hold {{...}}.'),
      minBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
      matches: text('a regular expression').optional(),
    },
    map('with file'),
  ),
  schema: z.strictObject(
    {
      schema: z
        .record(z.string(), z.unknown(), map('that is a JSON Schema'))
        .describe(
          'A JSON Schema that the output must satisfy; with type string the text as it is.',
        ),
    },
    map('with schema'),
  ),
  review: reviewCheckShape,
} as const;

const checkWords = { error: 'expected a check: a map with run, file, schema or review' };
const check = z.union(
  [checkShapes.run, checkShapes.file, checkShapes.schema, checkShapes.review],
  checkWords,
);
const verify = z.union([check, z.array(check, list('checks'))], checkWords);

const costUsd = number(0, Number.MAX_VALUE);
const share = number(0, 1);

export const simulateShape = z
  .strictObject(
    {
      work: durationRange().optional().describe('How long an attempt takes: 20m, or 5m..40m.'),
      fail: share.optional().describe('The share of attempts that fail.'),
      crash: share.optional().describe('The share of attempts that crash the agent.'),
      costUsd: costUsd.optional().describe('What an attempt costs.'),
    },
    map('with work, fail, crash and costUsd'),
  )
  .describe('What `troupe simulate` takes for its attempts; what is left out is learned.');

const recallMax = 10;
export const recallShape = z
  .strictObject(
    {
      recall: wholeNumber(0, recallMax).describe('How many past solutions its prompts begin with.'),
    },
    map('with recall'),
  )
  .describe('What its agents are told of similar tasks of the past.');

export const budgetShape = z.strictObject({ usd: number(0, Number.MAX_VALUE) }, map('with usd'));

const sharedRole = {
  count: wholeNumber(1, countMax).optional().describe('How many agents play the role.'),
  concurrency: wholeNumber(1, countMax).optional().describe('Tasks at once. Default: count.'),
  restart: oneOf(['one_for_one', 'one_for_all', 'rest_for_one']).default('one_for_one'),
  maxRestarts: wholeNumber(0, countMax).default(5).describe('More within period: given up.'),
  period: duration(1).optional().describe('What maxRestarts counts over. Default 1m.'),
  backoff: backoffShape.optional().describe('Between restarts, and between retries of its tasks.'),
  handoff: flag()
    .optional()
    .describe('True: a fresh agent for every task. False: it never hands its work over.'),
  contextWindow: wholeNumber(1_000, 100_000_000)
    .optional()
    .describe('Tokens that its model can hold: nearly full, it hands its work over.'),
  fallback: z
    .array(text('the name of a role'), list('roles'))
    .min(1, list('roles, not an empty one'))
    .optional()
    .describe('Roles that go on with its tasks when its agents crash, are limited, or are gone.'),
  fallbackAfter: wholeNumber(1, 100)
    .optional()
    .describe('So many such troubles of one task, one after the other. Default 2.'),
  handsTo: z
    .array(text('the name of a role'), list('roles'))
    .min(1, list('roles, not an empty one'))
    .optional()
    .describe('Roles that its agents may hand their work over to, in the middle of it.'),
  resolves: flag()
    .default(false)
    .describe('True: it brings together what tasks have changed at the same place.'),
  timeout: timeout.optional(),
  retries: retries.optional(),
  where: oneOf(['local', 'remote', 'any'])
    .default('any')
    .describe('On this machine, at workers that have joined, or at them if one has a free place.'),
  labels: z
    .array(words('a label').max(200, tooLong('a label', 200)), list('labels'))
    .max(200, list('labels, at most 200'))
    .optional()
    .describe('Only for workers that have all of these: troupe worker --label gpu.'),
  simulate: simulateShape.optional(),
  memory: recallShape.optional(),
  budget: budgetShape.optional().describe('What all its attempts may cost, of what the run may.'),
  verify: verify
    .optional()
    .describe('What must hold of its tasks that have no checks of their own.'),
  ...roleWords,
  ...borrowing,
};

export const stuckShape = z
  .strictObject(
    {
      repeats: wholeNumber(2, 100)
        .default(10)
        .describe('So many times the same call, or the same circle of two or three.'),
      unchanged: wholeNumber(1, 10_000)
        .default(100)
        .describe('So many tool calls without a changed file, for a role that may change some.'),
    },
    map('with repeats and unchanged'),
  )
  .describe('When an attempt gets nowhere, and is ended.');

const cliAgent = {
  model: words('the name of a model').optional().describe("Default: the program's own."),
  permissions: oneOf(['read', 'edit', 'full', 'ask'])
    .default('edit')
    .describe('read changes nothing, edit changes files, full runs anything, ask asks a person.'),
  env: env.optional(),
  workspace: workspace.optional(),
  startWithin: duration(1).optional().describe('Its first sign of work. Default 2m.'),
  silence: duration(1).optional().describe('The longest it may say nothing. Default 15m.'),
  stuck: stuckShape.optional(),
};

function cliRole<const Name extends string>(name: Name) {
  return z.strictObject(
    { adapter: z.literal(name), ...cliAgent, ...sharedRole },
    map('with adapter'),
  );
}

export const roleShapes = {
  command: z.strictObject(
    {
      adapter: z.literal('command'),
      run: run.optional(),
      env: env.optional(),
      workspace: workspace.optional(),
      ...sharedRole,
    },
    map('with adapter'),
  ),
  simulated: z.strictObject(
    {
      adapter: z.literal('simulated'),
      work: durationRange().optional().describe('How long a task takes. Default 100ms.'),
      fail: share.default(0).describe('The share of attempts that fail.'),
      crash: share.default(0).describe('The share of attempts that crash the agent.'),
      costUsd: costUsd.default(0).describe('What an attempt costs.'),
      ...sharedRole,
    },
    map('with adapter'),
  ),
  claude: cliRole('claude').extend({
    maxTurns: wholeNumber(1, countMax).optional().describe('The most turns of one attempt.'),
    budgetUsd: number(0, Number.MAX_VALUE)
      .optional()
      .describe('What one attempt may cost; looked at between calls, so one more may be paid.'),
    tools: z
      .array(words('the name of a tool'), list('tools'))
      .optional()
      .describe('Beside those of its permissions: [WebSearch, WebFetch].'),
  }),
  codex: cliRole('codex'),
  gemini: cliRole('gemini'),
  opencode: cliRole('opencode'),
  openai: cliRole('openai').extend(openaiWords),
  grok: cliRole('grok').extend(grokWords),
  acp: cliRole('acp').extend(acpWords),
  mcp: cliRole('mcp').omit({ model: true, permissions: true }).extend(mcpWords),
  gather: z.strictObject({ adapter: z.literal('gather'), ...sharedRole }, map('with adapter')),
  auto: cliRole('auto').omit({ model: true }).extend(autoWords),
} as const;

export const roleShape = z.discriminatedUnion(
  'adapter',
  [
    roleShapes.command,
    roleShapes.simulated,
    roleShapes.claude,
    roleShapes.codex,
    roleShapes.gemini,
    roleShapes.opencode,
    roleShapes.openai,
    roleShapes.grok,
    roleShapes.acp,
    roleShapes.mcp,
    roleShapes.gather,
    roleShapes.auto,
  ],
  map('with adapter'),
);

const adapterNames = Object.keys(roleShapes) as [keyof typeof roleShapes];

/** A role that says little itself: the words of its template stand where it has none. */
export const templatedRoleShape = z
  .strictObject(
    {
      ...{ ...roleShapes.mcp.shape, ...roleShapes.acp.shape, ...roleShapes.openai.shape },
      ...{ ...roleShapes.simulated.shape, ...roleShapes.command.shape, ...roleShapes.auto.shape },
      ...roleShapes.claude.shape,
      adapter: oneOf(adapterNames).describe('Default: as the template says.'),
    },
    map('with template'),
  )
  .partial()
  .extend(templateWords);

export const taskShape = z.strictObject(
  {
    id: fileSafeName('a task id'),
    agent: text('the name of a role').optional().describe('May be left out with one role.'),
    needs: z.array(text('a task id'), list('task ids')).default([]),
    prompt: z
      .union([text(), promptUseShape.transform(() => '')], {
        error: 'expected text, or a map with use',
      })
      .default('')
      .describe('What the agent is asked. May hold {{...}}.'),
    run: run.optional(),
    env: env.optional(),
    workspace: workspace.optional(),
    timeout: timeout.optional(),
    retries: retries.optional(),
    backoff: backoffShape.optional(),
    verify: verify.optional().describe('What must hold before the task counts as done.'),
    verifyTimeout: verifyTimeout.optional(),
    priority: wholeNumber(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
      .default(0)
      .describe('Higher goes first.'),
    estimate: duration(0).optional().describe('How long it will take; orders the work.'),
    approve: flag().default(false).describe('A person must approve before it starts.'),
    approveWithin: duration(1).optional().describe('How long they are waited for. Default 7d.'),
    subtasks: subtasksShape.optional(),
    heal: healShape.optional(),
    ...teamWords,
    gather: gatherShape.optional(),
    partOf: text('a task id').optional().describe('The task under which it is shown.'),
    mayDoNothing: flag()
      .default(false)
      .describe('Done without a tool call, a change or an answer is done all the same.'),
    memory: oneOf(['on', 'off'])
      .default('on')
      .describe('off: it is not remembered, and told of nothing.'),
  },
  map('with id'),
);

const inputWords = { error: 'expected a default text, or a map with default and description' };
export const inputShape = z.strictObject(
  { default: text().optional(), description: text().optional() },
  inputWords,
);

export const defaultsShape = z.strictObject(
  {
    timeout: timeout.optional(),
    retries: retries.optional(),
    backoff: backoffShape.optional(),
    verifyTimeout: verifyTimeout.optional(),
  },
  map('with timeout, retries, backoff and verifyTimeout'),
);

const inputName = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,99}$/, { error: 'expected a letter, then letters, digits, "_" or "-"' });
const seedMax = Number.MAX_SAFE_INTEGER;

export const planShape = z.strictObject(
  {
    name: text('a name of one line')
      .regex(/^\P{Cc}{1,200}$/u, { error: 'expected a name of one line, 200 characters at most' })
      .optional()
      .describe('Default: the name of the file.'),
    description: text().default(''),
    mode: oneOf(['eager', 'waves']).default('eager'),
    concurrency: wholeNumber(1, countMax).default(4).describe('Tasks under way at once.'),
    onFailure: oneOf(['stop', 'continue']).default('continue'),
    seed: wholeNumber(-seedMax, seedMax).default(1).describe('Repeats jitter and simulations.'),
    budget: budgetShape.optional(),
    inputs: z
      .record(inputName, z.union([text(), inputShape], inputWords), map('of inputs'))
      .default({}),
    defaults: defaultsShape.default({}),
    agents: z
      .record(z.string(), z.union([roleShape, templatedRoleShape]), map('of roles'))
      .describe('Roles by name.'),
    accounts: accountsShape.optional(),
    subtasks: totalShape.optional(),
    teams: teamsShape.optional(),
    tasks: z.array(taskShape, list('tasks')),
  },
  map('with name, agents and tasks'),
);

/** The same without what is inside agents and tasks: those are read one by one. */
export const headShape = planShape.extend({
  agents: z.record(z.string(), z.unknown(), map('of roles')),
  tasks: z.array(z.unknown(), list('tasks')),
});

/** What may be written in a plan, before defaults. */
export type PlanDocument = z.input<typeof planShape>;
