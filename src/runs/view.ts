/** A run as people see it: its tasks and agents, read from the states of its actors. */
import { agentAddress, orchestratorAddress, taskAddress, taskId } from '../../machines/ids.ts';
import type { Fault, Question } from '../../machines/outcome.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Core } from '../kernel/core.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { grownPlan } from './growth.ts';

export interface TaskView {
  readonly id: string;
  readonly role: string;
  /** The state's path: `running`, `verifying.checking`. */
  readonly state: string;
  readonly agent: string | null;
  readonly attempt: number;
  readonly retries: number;
  readonly needs: readonly string[];
  /** Who asked for it, or the team that it is one of; null: neither. */
  readonly parent: string | null;
  /** Milliseconds of its last attempt. */
  readonly durationMs: number;
  readonly costUsd: number | null;
  readonly fault: Fault | null;
  /** When its state changes by itself, ms since the epoch; null: it waits for something else. */
  readonly dueAt: number | null;
  /** Which person has it; absent: nobody. */
  readonly heldBy?: string;
  /** What its agent asks a person, the oldest first; absent: nothing. */
  readonly questions?: readonly Question[];
}

export interface AgentView {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly task: string | null;
  readonly fault: Fault | null;
}

export type RunStatus = 'planning' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface RunView {
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly tasks: readonly TaskView[];
  readonly agents: readonly AgentView[];
  readonly counts: Readonly<Record<'succeeded' | 'failed' | 'skipped' | 'cancelled', number>>;
  readonly total: number;
  /** Null while a price is unknown. */
  readonly costUsd: number | null;
  /** Why it ends otherwise than well; empty when it does not. */
  readonly reason: string;
  /** The time of its last input, ms since the epoch. */
  readonly at: number;
}

export function viewOf(core: Core, id: string, plan: Plan): RunView {
  const orchestrator = core.registry.lookUp(orchestratorAddress);
  const books = orchestrator?.state.context as OrchestratorContext | undefined;
  const { tasks: planned } = grownPlan(core, plan);
  const tasks = planned.map((task) => taskView(core, task));
  const agents = agentActors(core).map(agentView);
  return {
    id,
    name: plan.name,
    status: statusOf(orchestrator),
    tasks,
    agents,
    counts: books?.counts ?? { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
    total: planned.length,
    costUsd: sum(tasks.map(({ costUsd }) => costUsd)),
    reason: books && books.halt.kind !== 'none' ? books.halt.reason : '',
    at: core.at,
  };
}

/** Of a run that can't be read: what is known of it is why. */
export function lostView(id: string, reason: string): RunView {
  const counts = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };
  const [tasks, agents] = [[], []];
  return {
    id,
    name: id,
    status: 'failed',
    tasks,
    agents,
    counts,
    total: 0,
    costUsd: 0,
    reason,
    at: 0,
  };
}

/** Throws a UserError that names one like it. */
export function findTask(view: RunView, task: string): TaskView {
  const found = view.tasks.find(({ id }) => id === task);
  if (found) return found;
  const known = view.tasks.map(({ id }) => id);
  const near = suggest(task, known) || `there are ${known.slice(0, 5).join(', ')}`;
  const hint = `see the tasks: troupe ps ${view.id}`;
  throw new UserError('task.unknown', `no task is called "${task}"; ${near}`, hint);
}

export function statusOf(orchestrator: Actor | undefined): RunStatus {
  const value = orchestrator?.state.at.value;
  if (orchestrator?.state.status === 'error') return 'failed';
  switch (value) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return value;
    case undefined:
    case 'planning':
      return 'planning';
    default:
      return 'running';
  }
}

function taskView(core: Core, task: Plan['tasks'][number]): TaskView {
  const actor = core.registry.lookUp(taskAddress(taskId(task.id)));
  const context = actor?.state.context as TaskContext | undefined;
  return {
    id: task.id,
    role: task.role,
    state: actor ? stateOf(actor) : 'unborn',
    agent: context?.agent ?? null,
    attempt: context?.attempt ?? 0,
    retries: task.retries,
    needs: task.needs,
    parent: context?.spec.origin?.parent ?? task.partOf ?? null,
    durationMs: context?.outcome?.durationMs ?? 0,
    costUsd: context ? context.costUsd : 0,
    fault: context?.fault ?? null,
    dueAt: actor ? dueAt(actor) : null,
    ...(context?.held && { heldBy: context.held.by }),
    ...questionsOf(core, context),
  };
}

function questionsOf(core: Core, task: TaskContext | undefined): Pick<TaskView, 'questions'> {
  if (!task?.agent) return {};
  const actor = core.registry.lookUp(agentAddress(task.agent));
  const { questions = [], attempt } = (actor?.state.context ?? {}) as Partial<AgentContext>;
  return questions.length > 0 && attempt?.token === task.token ? { questions } : {};
}

function agentView(actor: Actor): AgentView {
  const { id, role, attempt, fault } = actor.state.context as AgentContext;
  const state = stateOf(actor);
  const busy = state === 'working' || state === 'reporting';
  return { id, role, state, task: busy ? (attempt?.task ?? null) : null, fault };
}

function agentActors(core: Core): readonly Actor[] {
  const actors = [...core.registry.ended(), ...core.registry.living()];
  const agents = actors.filter(({ chart }) => chart.key === 'agent');
  return agents.sort((a, b) => a.address.localeCompare(b.address, 'en', { numeric: true }));
}

/** `{ verifying: 'checking' }` is `verifying.checking`. */
export function stateOf({ state }: Actor): string {
  if (state.status === 'error') return 'crashed';
  const parts: string[] = [];
  let value: unknown = state.at.value;
  while (typeof value === 'object' && value !== null) {
    const [entry] = Object.entries(value);
    if (!entry) break;
    parts.push(entry[0]);
    value = entry[1];
  }
  if (typeof value === 'string') parts.push(value);
  return parts.join('.');
}

function dueAt(actor: Actor): number | null {
  const times = [...actor.timers.values()].map(({ dueMs }) => dueMs);
  return times.length > 0 ? Math.min(...times) : null;
}

function sum(costs: readonly (number | null)[]): number | null {
  return costs.reduce<number | null>(
    (total, cost) => (total === null || cost === null ? null : total + cost),
    0,
  );
}
