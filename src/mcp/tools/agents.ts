/** Tools for single agents: give one a task, say something to it, and read what it answered. */
import { z } from 'zod';
import { UserError } from '../../kernel/user-error.ts';
import { allResultsOf } from '../results.ts';
import { agentName, pending, resultShape, runName, taskName } from '../shapes.ts';
import { assignedName } from '../team.ts';
import { type Call, tool } from '../tool.ts';
import { awaitRun, waiting } from '../wait.ts';
import { byWhom } from './runs.ts';

const agentsShape = z.object({
  agents: z.array(
    z.object({
      agent: z.string(),
      adapter: z.string().nullable().describe('Null for an agent of a run.'),
      state: z.string().describe('free, or what it does in its run.'),
      run: z.string().nullable(),
      task: z.string().nullable(),
    }),
  ),
});

const getAgents = tool({
  name: 'get_agents',
  title: 'List the agents',
  description:
    'The agents that assign_task can give a task to, and those of the runs that are worked on ' +
    'here, with what each does now.',
  effect: 'looks',
  input: z.object({}),
  output: agentsShape,
  async answer(_, { host }) {
    const working = host.living.flatMap((run) =>
      run.view().agents.map(({ id, state, task }) => {
        return { agent: id, adapter: null, state, run: run.id, task };
      }),
    );
    const free = host.team.members.map(({ name, adapter }) => {
      return { agent: name, adapter, state: 'free', run: null, task: null };
    });
    return { agents: [...free, ...working] };
  },
});

const given = {
  prompt: z.string().min(1).max(1_000_000).describe('What is to be done, in full.'),
  context: z.string().max(1_000_000).optional().describe('What it should know beside that.'),
};

const assignment = z.object({ run: z.string(), results: z.array(resultShape) });

const assignTask = tool({
  name: 'assign_task',
  title: 'Give an agent a task',
  description:
    'Gives one agent one task, as a run of its own. Answers at once with its name; ask ' +
    'get_agent_response for what came out, or call with wait: true.',
  effect: 'destroys',
  long: true,
  input: z.object({ agent: agentName, ...given, ...waiting }),
  output: assignment,
  answer: (input, call) => assign([input.agent], input, call),
});

const broadcastTask = tool({
  name: 'broadcast_task',
  title: 'Give several agents the same task',
  description:
    'Gives the same task to several agents side by side, all of them when none is named, and ' +
    'collects what each answers: for a second opinion, or a vote.',
  effect: 'destroys',
  long: true,
  input: z.object({ agents: z.array(agentName).max(50).default([]), ...given, ...waiting }),
  output: assignment,
  answer: (input, call) => {
    const all = call.host.team.members.map(({ name }) => name);
    return assign(input.agents.length > 0 ? [...new Set(input.agents)] : all, input, call);
  },
});

interface Assignment {
  readonly prompt: string;
  readonly context?: string | undefined;
  readonly wait: boolean;
  readonly wait_seconds: number;
}

async function assign(agents: readonly string[], input: Assignment, call: Call) {
  if (agents.length === 0) throw nobody();
  const { prompt, context } = input;
  const whole = context === undefined ? prompt : `${prompt}\n\nContext:\n${context}`;
  const run = await call.host.begin(call.host.team.planFor(agents, whole), {});
  await awaitRun(run, input, call);
  return { run: run.id, results: await allResultsOf(call.host, run.id, agents) };
}

const sendToAgent = tool({
  name: 'send_to_agent',
  title: 'Say something to an agent',
  description: 'Says something to an agent of a run; its next attempt hears it.',
  effect: 'changes',
  input: z.object({
    run: runName.default('latest'),
    agent: agentName.describe('As get_run lists it: coder-1.'),
    message: z.string().min(1).max(100_000),
  }),
  output: z.object({ done: z.string() }),
  async answer({ run, agent, message }, call) {
    const request = { type: 'agent.tell', agent, text: message, from: byWhom(call) } as const;
    await call.host.troupe.ask(run, request);
    return { done: `${agent} was told; its next attempt hears it` };
  },
});

const getAgentResponse = tool({
  name: 'get_agent_response',
  title: "Read an agent's last answer",
  description:
    'What an agent answered to the last task that assign_task or broadcast_task gave it; ' +
    'status "pending" while it works on it.',
  effect: 'looks',
  input: z.object({ agent: agentName, ...waiting }),
  output: resultShape,
  async answer(input, call) {
    const run = await lastAssignment(input.agent, call);
    const living = call.host.find(run);
    if (living) await awaitRun(living, input, call);
    const [result] = await allResultsOf(call.host, run, [input.agent]);
    return result ?? pending(run, input.agent);
  },
});

const getTaskResult = tool({
  name: 'get_task_result',
  title: "Read a task's result",
  description: 'The output, evidence and cost of one task; status "pending" until it has ended.',
  effect: 'looks',
  input: z.object({ run: runName.default('latest'), task: taskName }),
  output: resultShape,
  async answer({ run, task }, call) {
    const { view } = await call.host.troupe.look(run);
    await call.host.troupe.why(view.id, task);
    const [result] = await allResultsOf(call.host, view.id, [task]);
    return result ?? pending(view.id, task);
  },
});

const getAllResults = tool({
  name: 'get_all_results',
  title: "Read a run's results",
  description: 'What every task of a run gave so far, in the order of the plan.',
  effect: 'looks',
  input: z.object({ run: runName.default('latest') }),
  output: z.object({ run: z.string(), status: z.string(), results: z.array(resultShape) }),
  async answer({ run }, call) {
    const { view } = await call.host.troupe.look(run);
    const tasks = view.tasks.map(({ id }) => id);
    const results = await allResultsOf(call.host, view.id, tasks);
    return { run: view.id, status: view.status, results };
  },
});

/** Looked up on disk, so that it outlives the server. */
async function lastAssignment(agent: string, { host }: Call): Promise<string> {
  for (const name of await host.troupe.names()) {
    if (!name.startsWith(`${assignedName}-`)) continue;
    const { tasks } = await host.troupe.plan(name);
    if (tasks.some(({ id }) => id === agent)) return name;
  }
  host.team.require(agent);
  const hint = `give it one: assign_task with agent "${agent}"`;
  throw new UserError('agent.unasked', `${agent} was given no task yet`, hint);
}

function nobody(): UserError {
  const hint = 'name agents in troupe.yaml under "agents:", or log in to one: troupe doctor';
  return new UserError('agent.none', 'there is no agent to give it to', hint);
}

export const agentTools = [
  ...[getAgents, assignTask, broadcastTask, sendToAgent],
  ...[getAgentResponse, getTaskResult, getAllResults],
];
