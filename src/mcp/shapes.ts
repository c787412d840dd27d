/** What the tools give back, in the words of the command line's JSON. */
import { z } from 'zod';
import type { TaskResult } from '../runs/results.ts';
import type { AgentView, RunView, TaskView } from '../runs/view.ts';

export const runName = z
  .string()
  .min(1)
  .max(200)
  .describe('The name of a run, the beginning of it, or "latest".');
export const taskName = z.string().min(1).max(200).describe('The id of a task in the plan.');
export const agentName = z
  .string()
  .min(1)
  .max(200)
  .describe('The name of an agent: see get_agents.');

const fault = z
  .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
  .nullable();

const taskShape = z.object({
  id: z.string(),
  role: z.string(),
  state: z.string().describe('waiting, ready, running, verifying, succeeded, failed, ...'),
  agent: z.string().nullable(),
  attempt: z.number(),
  needs: z.array(z.string()),
  cost_usd: z.number().nullable().describe('Null when a price is not known.'),
  error: fault,
});

const agentShape = z.object({
  id: z.string(),
  role: z.string(),
  state: z.string(),
  task: z.string().nullable(),
});

export const runShape = z.object({
  run: z.string(),
  name: z.string(),
  status: z.enum(['planning', 'running', 'succeeded', 'failed', 'cancelled']),
  alive: z.boolean().describe('Whether a process works on it; one that is not can be resumed.'),
  done: z.number(),
  total: z.number(),
  cost_usd: z.number().nullable(),
  reason: z.string().describe('Why it ends otherwise than well.'),
  tasks: z.array(taskShape),
  agents: z.array(agentShape),
});

export function runOf(view: RunView, alive: boolean): z.input<typeof runShape> {
  const { id, name, status, counts, total, costUsd, reason } = view;
  const done = counts.succeeded + counts.failed + counts.skipped + counts.cancelled;
  const tasks = view.tasks.map(taskOf);
  const agents = view.agents.map(agentOf);
  return { run: id, name, status, alive, done, total, cost_usd: costUsd, reason, tasks, agents };
}

function taskOf({ id, role, state, agent, attempt, needs, costUsd, fault }: TaskView) {
  return { id, role, state, agent, attempt, needs: [...needs], cost_usd: costUsd, error: fault };
}

function agentOf({ id, role, state, task }: AgentView) {
  return { id, role, state, task };
}

export const resultShape = z.object({
  run: z.string(),
  task: z.string(),
  agent: z.string().nullable(),
  status: z.enum(['completed', 'failed', 'skipped', 'cancelled', 'pending']),
  output: z.string(),
  truncated: z.boolean().describe('The rest is in output_file.'),
  output_file: z.string().nullable(),
  attempts: z.number(),
  duration_ms: z.number(),
  cost_usd: z.number().nullable(),
  error: fault,
});

/**
 * A model's context is dear; who wants all of it reads the file. Fewer than what a record keeps of
 * an output that was too long for it: so whatever was cut is longer than this.
 */
const outputCharsMax = 16_000;

export function resultOf(run: string, result: TaskResult): z.input<typeof resultShape> {
  const { task_id, agent_id, status, output, output_file, attempts, duration_ms } = result;
  return {
    run,
    task: task_id,
    agent: agent_id,
    status,
    output: output.slice(0, outputCharsMax),
    truncated: output.length > outputCharsMax,
    output_file,
    attempts,
    duration_ms,
    cost_usd: result.cost_usd,
    error: result.error ?? null,
  };
}

/** Of a task that has not ended. */
export function pending(run: string, task: string): z.input<typeof resultShape> {
  const nothing = { output: '', truncated: false, output_file: null, agent: null, error: null };
  return { run, task, status: 'pending', attempts: 0, duration_ms: 0, cost_usd: 0, ...nothing };
}
