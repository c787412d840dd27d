/** Tools by which an assistant does an agent's task itself, and gives it back. */
import { z } from 'zod';
import { handBack, takeOver } from '../../handoff/taking-over.ts';
import { runName, taskName } from '../shapes.ts';
import { tool } from '../tool.ts';
import { byWhom } from './runs.ts';

/** An assistant is answered sooner than a person at a terminal: most clients wait for a minute. */
const agentEndsMs = 30_000;
const minuteMs = 60_000;
const monthMinutes = 30 * 24 * 60;

const take = tool({
  name: 'take_over',
  title: 'Take a task over from its agent',
  description:
    'Stops the agent of a task, keeps what it has done, and says in which folder the work lies. ' +
    'No agent works on it until hand_back, or until the time is over. Only do so when your user ' +
    'told you to.',
  effect: 'destroys',
  input: z.object({
    run: runName,
    task: taskName,
    minutes: z
      .number()
      .min(1)
      .max(monthMinutes)
      .optional()
      .describe('An agent goes on by itself after it; a day unless said.'),
  }),
  output: z.object({
    run: z.string(),
    task: z.string(),
    folder: z.string().describe('Where the work lies, on the machine of the run.'),
    command: z.array(z.string()).nullable().describe("Goes on with its agent's session there."),
    untilMs: z.number().nullable().describe('Since the epoch; null while its agent still ends.'),
  }),
  async answer({ run, task, minutes }, call) {
    const withinMs = minutes === undefined ? undefined : minutes * minuteMs;
    const options = { withinMs, by: byWhom(call), waitMs: agentEndsMs };
    const taken = await takeOver(call.host.troupe, run, task, options);
    const { folder, command, untilMs } = taken;
    return { run: taken.run, task, folder, command: command && [...command], untilMs };
  },
});

const give = tool({
  name: 'hand_back',
  title: 'Hand a task back to an agent',
  description:
    'Gives a task that was taken over to an agent again, which goes on in the same folder and ' +
    'is told the note. With done: true no agent goes on: the note is the answer of the task, and ' +
    'its checks look at what is in the folder.',
  effect: 'changes',
  input: z.object({
    run: runName,
    task: taskName,
    note: z.string().min(1).max(4_000).describe('What is done, and what comes next.'),
    done: z.boolean().default(false).describe('Nothing is left to do.'),
  }),
  output: z.object({ done: z.string() }),
  async answer({ run, task, note, done }, call) {
    const work = done ? 'done' : 'open';
    await handBack(call.host.troupe, run, task, { note, work, by: byWhom(call) });
    return { done: done ? `${task} is looked at` : `an agent goes on with ${task}` };
  },
});

export const takeoverTools = [take, give];
