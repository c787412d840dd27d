/** Tools that change what a run does: more tasks, or one less. */
import { z } from 'zod';
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
    'another one with run_plan.',
  effect: 'destroys',
  input: z.object({
    run: runName.default('latest'),
    tasks: z.array(newTask).min(1).max(1_000),
  }),
  output: z.object({ run: z.string(), tasks: z.array(z.string()) }),
  async answer({ run, tasks }, call) {
    const { troupe } = call.host;
    const { view } = await troupe.look(run);
    const [text, file] = [JSON.stringify({ tasks }, null, 2), 'tasks.json'];
    await troupe.ask(view.id, { type: 'task.add', text, file, by: byWhom(call) });
    return { run: view.id, tasks: tasks.map(({ id }) => id) };
  },
});

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
