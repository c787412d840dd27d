/** Tools for plans and runs: begin one, see how it stands, and why; call it off, or say yes. */

import { resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../kernel/user-error.ts';
import type { Plan } from '../../plan/plan.ts';
import { runName, runOf, runShape, taskName } from '../shapes.ts';
import { type Call, tool } from '../tool.ts';
import { awaitRun, waiting } from '../wait.ts';

export const planGiven = {
  file: z.string().min(1).optional().describe('The path of a plan file, YAML or JSON.'),
  plan: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())])
    .optional()
    .describe('The plan itself, in place of a file: YAML or JSON text, or an object.'),
};

type PlanGiven = {
  readonly file?: string | undefined;
  readonly plan?: string | Readonly<Record<string, unknown>> | undefined;
};

/** A file's name, or a plan; a UserError when both are given, or none. */
export async function planOf({ file, plan }: PlanGiven, { host }: Call): Promise<string | Plan> {
  if ((file === undefined) === (plan === undefined)) {
    const hint = 'name a plan file under "file", or put the plan itself under "plan"';
    throw new UserError('plan.unnamed', 'expected either "file" or "plan"', hint);
  }
  const { troupe } = host;
  if (file !== undefined) return resolve(troupe.config.cwd, file);
  if (typeof plan === 'string') return troupe.parse(plan);
  return troupe.parse(JSON.stringify(plan, null, 2), 'plan.json');
}

const runPlan = tool({
  name: 'run_plan',
  title: 'Run a plan',
  description:
    'Begins a plan: a graph of tasks for a team of agents. Answers at once with the name of the ' +
    'run; ask get_run for how it stands, get_all_results for what came out. With wait: true it ' +
    'answers when the run is over, or after wait_seconds.',
  effect: 'destroys',
  long: true,
  input: z.object({
    ...planGiven,
    inputs: z.record(z.string(), z.string()).default({}).describe('Values for its inputs.'),
    ...waiting,
  }),
  output: runShape,
  async answer(input, call) {
    const run = await call.host.begin(await planOf(input, call), input.inputs);
    await awaitRun(run, input, call);
    return runOf(run.view(), run.state === 'alive');
  },
});

const getRun = tool({
  name: 'get_run',
  title: 'See how a run stands',
  description:
    'How a run stands: its status, every task and every agent with its state. For one task that ' +
    'does not move, ask why. With wait: true it answers when the run is over.',
  effect: 'looks',
  input: z.object({ run: runName.default('latest'), ...waiting }),
  output: runShape,
  async answer(input, call) {
    const { troupe } = call.host;
    const { view, owner } = await troupe.look(input.run);
    const living = call.host.find(view.id);
    if (!living) return runOf(view, owner !== null);
    await awaitRun(living, input, call);
    return runOf(living.view(), living.state === 'alive');
  },
});

const listed = z.object({
  run: z.string(),
  name: z.string(),
  status: z.string(),
  alive: z.boolean(),
  ordered_at: z.number().describe('Milliseconds since the epoch.'),
});

const listRuns = tool({
  name: 'list_runs',
  title: 'List runs',
  description: 'The runs of this home, newest first.',
  effect: 'looks',
  input: z.object({ limit: z.number().int().min(1).max(100).default(20) }),
  output: z.object({ runs: z.array(listed) }),
  async answer({ limit }, { host }) {
    const names = (await host.troupe.names()).slice(0, limit);
    const summaries = await Promise.all(names.map((name) => host.troupe.look(name)));
    const runs = summaries.map(({ view: { id, name, status }, owner, orderedAt }) => {
      return { run: id, name, status, alive: owner !== null, ordered_at: orderedAt };
    });
    return { runs };
  },
});

const resumeRun = tool({
  name: 'resume_run',
  title: 'Go on with a stopped run',
  description: 'Goes on with a run that was stopped or killed. Nothing that ended is done again.',
  effect: 'destroys',
  long: true,
  input: z.object({ run: runName, ...waiting }),
  output: runShape,
  async answer(input, call) {
    const run = await call.host.resume(input.run);
    await awaitRun(run, input, call);
    return runOf(run.view(), run.state === 'alive');
  },
});

const why = tool({
  name: 'why',
  title: 'Say why a task does not move',
  description: 'Says in a sentence what a task waits for, and which event would move it.',
  effect: 'looks',
  input: z.object({ run: runName.default('latest'), task: taskName }),
  output: z.object({
    task: z.string(),
    state: z.string(),
    why: z.string(),
    event: z.string().nullable(),
    waits_for: z.array(z.string()),
  }),
  async answer({ run, task }, { host }) {
    const { waitsFor, ...said } = await host.troupe.why(run, task);
    return { ...said, waits_for: [...waitsFor] };
  },
});

const done = z.object({ done: z.string() });

const cancel = tool({
  name: 'cancel',
  title: 'Call off a run, or one task',
  description: 'Calls off a run, or only one task of it; agents are asked to end, then made to.',
  effect: 'destroys',
  input: z.object({
    run: runName,
    task: taskName.optional(),
    reason: z.string().min(1).max(1_000).default('called off over MCP'),
  }),
  output: done,
  async answer({ run, task, reason }, { host }) {
    await host.troupe.ask(run, { type: 'run.cancel', reason, ...(task && { task }) });
    return { done: `${task ?? run} is called off` };
  },
});

const approve = tool({
  name: 'approve',
  title: 'Answer a task that asks',
  description:
    'Says yes or no to a task that waits for a person. Only do so when your user told you to.',
  effect: 'destroys',
  input: z.object({ run: runName, task: taskName, yes: z.boolean().default(true) }),
  output: done,
  async answer({ run, task, yes }, call) {
    const by = byWhom(call);
    await call.host.troupe.ask(run, { type: yes ? 'task.approve' : 'task.reject', task, by });
    return { done: `${task} was ${yes ? 'approved' : 'refused'} by ${by}` };
  },
});

/** Who is named in the journal for what came over this door. */
export function byWhom({ host }: Call): string {
  return `${host.troupe.config.user} over MCP`;
}

export const runTools = [runPlan, getRun, listRuns, resumeRun, why, cancel, approve];
