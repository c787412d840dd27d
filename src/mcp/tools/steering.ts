/** Tools that change what a run does: more tasks, or one less. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { UserError } from '../../kernel/user-error.ts';
import { runName, taskName } from '../shapes.ts';
import { tool } from '../tool.ts';
import { byWhom } from './runs.ts';

const newTask = z
  .looseObject({
    id: z.string().min(1).max(100),
    agent: z.string().optional().describe('A role of the plan; may be left out if there is one.'),
    prompt: z.string().max(300_000).optional().describe('What is to be done, in full.'),
    run: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('A command, instead.'),
    needs: z.array(z.string()).optional().describe('Tasks of the run that must end before.'),
    priority: z.number().int().optional(),
  })
  .describe('A task as a plan has it: verify, retries, timeout and the rest may be said, too.');

const taskAdd = tool({
  name: 'task_add',
  title: 'Add tasks to a run',
  description:
    'Adds tasks to a run that goes on, checked as its plan was. A prompt may use ' +
    '{{results.TASK.output}} of a task that it needs. A run that has ended takes none: begin ' +
    'another one with run_plan. An agent of the run asks for sub-tasks of its own task so: they ' +
    'begin once its answer has ended, as if that had asked for them.',
  effect: 'destroys',
  input: z.object({
    run: runName.default('latest'),
    tasks: z.array(newTask).min(1).max(1_000),
  }),
  output: z.object({ run: z.string(), tasks: z.array(z.string()) }),
  async answer({ run, tasks }, call) {
    const { troupe } = call.host;
    const own = ownTask(troupe.config.environment, run);
    if (own) return askFor(own, tasks);
    const { view } = await troupe.look(run);
    const [text, file] = [JSON.stringify({ tasks }, null, 2), 'tasks.json'];
    await troupe.ask(view.id, { type: 'task.add', text, file, by: byWhom(call) });
    return { run: view.id, tasks: tasks.map(({ id }) => id) };
  },
});

interface OwnTask {
  readonly run: string;
  readonly id: string;
  /** Where it asks for others; null: it may ask for nothing. */
  readonly lines: string | null;
}

/** Of an agent of that very run, whose program has started this server; null for anybody else. */
function ownTask(environment: Config['environment'], run: string): OwnTask | null {
  const { TROUPE_RUN: own, TROUPE_TASK: id, TROUPE_TASK_ADD: lines = null } = environment;
  return own && id && (run === 'latest' || own.startsWith(run)) ? { run: own, id, lines } : null;
}

/** It may do no more by a tool than by a line of its answer: the same door, the same bounds. */
function askFor({ run, id, lines }: OwnTask, tasks: readonly { readonly id: string }[]) {
  if (lines === null) {
    const hint = 'do it yourself, or end with what is missing; a plan allows it with subtasks:';
    throw new UserError('subtasks.not-allowed', `${id} may ask for no other tasks`, hint);
  }
  mkdirSync(dirname(lines), { recursive: true });
  const said = tasks.map((task) => `${JSON.stringify({ troupe: 'task.add', ...task })}\n`);
  appendFileSync(lines, said.join(''));
  return { run, tasks: tasks.map((task) => `${id}.${task.id}`) };
}

const skip = tool({
  name: 'skip',
  title: 'Do without a task',
  description:
    'Skips one task of a run: whoever needs it goes on, and is told that there is no result. To ' +
    'call it off with all that needs it, use cancel. Only do so when your user told you to.',
  effect: 'destroys',
  input: z.object({
    run: runName,
    task: taskName,
    reason: z.string().min(1).max(1_000).optional(),
  }),
  output: z.object({ done: z.string() }),
  async answer({ run, task, reason }, call) {
    const by = byWhom(call);
    const why = reason === undefined ? {} : { reason };
    await call.host.troupe.ask(run, { type: 'task.skip', task, by, ...why });
    return { done: `${task} is skipped` };
  },
});

export const steeringTools = [taskAdd, skip];
