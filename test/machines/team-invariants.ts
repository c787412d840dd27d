/** What holds inside a team whenever its mailboxes are empty: the actors agree with each other. */
import { agentAddress, orchestratorAddress, taskAddress } from '../../machines/ids.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import { type Dispatch, nextMatch } from '../../machines/rules/dispatch.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import { byText, entries, get } from '../../machines/rules/sorted-map.ts';
import type { Core } from '../../src/kernel/core.ts';

interface One<Context> {
  readonly state: string;
  readonly context: Context;
}

function living<Context>(core: Core, machine: string): One<Context>[] {
  return core.registry
    .living()
    .filter(({ chart }) => chart.key === machine)
    .map(({ state }) => ({ state: stateOf(state.at.value), context: state.context as Context }));
}

const stateOf = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys(value as object)[0] ?? '');

/** All complaints about one moment. */
export function disagreements(core: Core): string[] {
  const [orchestrator] = living<OrchestratorContext>(core, 'orchestrator');
  if (orchestrator?.state !== 'running') return [];
  const { dispatch, halt } = orchestrator.context;
  const tasks = living<TaskContext>(core, 'task');
  const agents = living<AgentContext>(core, 'agent');
  const own = [...tasks.flatMap((task) => forsaken(core, task)), ...agents.flatMap(waiting(core))];
  if (halt.kind !== 'none') return own;
  return [
    ...own,
    ...slots(dispatch, tasks),
    ...queue(dispatch, tasks),
    ...idlers(dispatch, agents),
  ];
}

/** A task under way has an agent that works on it under the same token. */
function forsaken(core: Core, { state, context }: One<TaskContext>): string[] {
  if (state !== 'assigned' && state !== 'running') return [];
  const { spec, agent, token } = context;
  const actor = agent && core.registry.find(agentAddress(agent));
  const attempt = actor ? (actor.state.context as AgentContext).attempt : null;
  const cared = actor?.state.at.value === 'working' && attempt?.token === token;
  return cared ? [] : [`${spec.id} is ${state}, but ${agent} does not work on it`];
}

/** An agent waits for an answer only when somebody is there who can give it. */
function waiting(core: Core) {
  return ({ state, context }: One<AgentContext>): string[] => {
    if (state !== 'reporting' && state !== 'registering') return [];
    const { id, attempt } = context;
    const to = state === 'registering' ? orchestratorAddress : attempt && taskAddress(attempt.task);
    return [`${id} is still ${state}; ${to} is ${to && core.registry.find(to) ? '' : 'not '}there`];
  };
}

/** The slots that the orchestrator counts are those that tasks hold. */
function slots(dispatch: Dispatch, tasks: readonly One<TaskContext>[]): string[] {
  const holders = tasks.filter(({ context }) => context.slot === 'held');
  const count = (role: string) =>
    holders.filter(({ context }) => context.spec.role === role).length;
  const wrong = [...entries(dispatch.roles)].filter(
    ({ key, value }) => value.running !== count(key),
  );
  const roles = wrong.map(
    ({ key, value }) => `${value.running} slots of ${key}, not ${count(key)}`,
  );
  return dispatch.running === holders.length
    ? roles
    : [...roles, `${dispatch.running} slots, not ${holders.length}`];
}

/** Who is ready stands in the queue, and what can start has started. */
function queue(dispatch: Dispatch, tasks: readonly One<TaskContext>[]): string[] {
  const queued = [...entries(dispatch.roles)].flatMap(({ value }) => {
    return [...entries(value.ready)].map(({ value: task }) => task.task);
  });
  const ready = tasks
    .filter(({ state }) => state === 'ready')
    .map(({ context }) => context.spec.id);
  const match = nextMatch(dispatch);
  return [
    ...(queued.sort().join() === ready.sort().join() ? [] : [`queued ${queued}; ready ${ready}`]),
    ...(match ? [`${match.ready.task} could start with ${match.agent}`] : []),
  ];
}

/** Who is idle is known to be, and nobody else. */
function idlers(dispatch: Dispatch, agents: readonly One<AgentContext>[]): string[] {
  const roles = [...entries(dispatch.roles)];
  const known = roles.flatMap(({ value }) => [...entries(value.idle)].map(({ key }) => key));
  const idle = agents.filter(({ state }) => state === 'idle').map(({ context }) => context.id);
  const busy = known.filter((agent) => get(dispatch.agents, agent, byText)?.task);
  return [
    ...(known.sort().join() === idle.sort().join() ? [] : [`known idle ${known}; idle ${idle}`]),
    ...busy.map((agent) => `${agent} is idle and busy`),
  ];
}
