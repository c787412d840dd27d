/** A run at one moment of its past, as plain data: where everybody stood, and what they awaited. */
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { SharedContext } from '../../machines/rules/shared-context.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Core } from '../kernel/core.ts';
import type { Plan } from '../plan/plan.ts';
import { grownPlan } from './growth.ts';
import { type RunView, stateOf, viewOf } from './view.ts';

export interface Moment
  extends Pick<RunView, 'status' | 'reason' | 'counts' | 'total' | 'costUsd'> {
  readonly run: string;
  readonly name: string;
  /** The input after which it was so; 0 before the first. */
  readonly n: number;
  /** When that was, ms since the epoch; 0 before the first. */
  readonly at: number;
  /** Facts told up to then. */
  readonly facts: number;
  /** In the order: the run, its roles, their agents, the tasks by the plan. */
  readonly actors: readonly ActorMoment[];
}

export interface ActorMoment {
  readonly address: string;
  /** `orchestrator`, `supervisor`, `agent` or `task`. */
  readonly machine: string;
  /** The state's path: `running`, `verifying.checking`. */
  readonly state: string;
  readonly life: 'alive' | 'ended';
  /** Of a task: the attempts begun. Of others: 0. */
  readonly attempt: number;
  /** The agent of a task that has one, the task of an agent that works on one. */
  readonly partner: string | null;
  /** Of the attempt that is under way, or was the last. */
  readonly token: number | null;
  /** What went wrong, or what it waits for; empty when there is nothing to say. */
  readonly why: string;
  readonly timers: readonly TimerMoment[];
  /** What the world does for it: `work`, `verify`, `open`. */
  readonly works: readonly string[];
  /** Types of the messages that it has not read. Nobody has any between two inputs. */
  readonly mailbox: readonly string[];
}

export interface TimerMoment {
  /** The deadline's name in the machine: `retryDelay`. */
  readonly name: string;
  /** Milliseconds since the epoch; what is left is this minus the moment's time. */
  readonly dueMs: number;
}

/** Remembers what it made of actors that have not moved since. */
export class Camera {
  readonly #run: string;
  readonly #plan: Plan;
  #order: ReadonlyMap<string, number>;
  readonly #seen = new WeakMap<Actor, Picture>();

  constructor(run: string, plan: Plan) {
    this.#run = run;
    this.#plan = plan;
    this.#order = orderOf(plan);
  }

  take(core: Core): Moment {
    const { id, name, status, reason, counts, total, costUsd } = viewOf(
      core,
      this.#run,
      this.#plan,
    );
    const { n, at, factSeq: facts } = core.counters;
    const actors = this.actors(core);
    return { run: id, name, n, at, status, reason, counts, total, costUsd, facts, actors };
  }

  actors(core: Core): readonly ActorMoment[] {
    const plan = grownPlan(core, this.#plan);
    if (plan.tasks.length !== this.#order.size) this.#order = orderOf(plan);
    const all = [...core.registry.living(), ...core.registry.ended()];
    return all.map((actor) => this.#look(actor)).sort((a, b) => this.#compare(a, b));
  }

  /** The same object as before when nothing about the actor has changed. */
  #look(actor: Actor): ActorMoment {
    const known = this.#seen.get(actor);
    const timers = timersOf(actor);
    const isSame =
      known?.state === actor.state &&
      known.works === worksOf(actor).join() &&
      JSON.stringify(known.moment.timers) === JSON.stringify(timers);
    if (isSame && actor.waiting === 0) return known.moment;
    const moment = lookAt(actor, timers);
    this.#seen.set(actor, { state: actor.state, works: moment.works.join(), moment });
    return moment;
  }

  #compare(a: ActorMoment, b: ActorMoment): number {
    const rank = ranks.indexOf(a.machine) - ranks.indexOf(b.machine);
    if (rank !== 0) return rank;
    const order = (this.#order.get(a.address) ?? 0) - (this.#order.get(b.address) ?? 0);
    return order || a.address.localeCompare(b.address, 'en', { numeric: true });
  }
}

const orderOf = ({ tasks }: Plan): ReadonlyMap<string, number> =>
  new Map(tasks.map(({ id }, at) => [`task/${id}`, at]));

interface Picture {
  readonly state: Actor['state'];
  readonly works: string;
  readonly moment: ActorMoment;
}

const ranks: readonly string[] = ['orchestrator', 'supervisor', 'agent', 'task', 'context'];

function lookAt(actor: Actor, timers: readonly TimerMoment[]): ActorMoment {
  const { address, chart } = actor;
  return {
    address,
    machine: chart.key,
    state: stateOf(actor),
    life: actor.alive ? 'alive' : 'ended',
    ...detailsOf(actor),
    timers,
    works: worksOf(actor),
    mailbox: [...actor.unread()].map(({ type }) => type),
  };
}

const worksOf = ({ invocations }: Actor): readonly string[] =>
  [...invocations.values()].map(({ src }) => src);

const timersOf = ({ timers }: Actor): readonly TimerMoment[] =>
  [...timers].map(([id, { dueMs, event }]) => ({ name: nameOf(id, event.type), dueMs }));

/** `xstate.after.retryDelay.task.retrying` is `retryDelay`. */
function nameOf(id: string, type: string): string {
  return /^xstate\.after\.(\w+)\./.exec(id)?.[1] ?? type;
}

type Details = Pick<ActorMoment, 'attempt' | 'partner' | 'token' | 'why'>;

const nothing: Details = { attempt: 0, partner: null, token: null, why: '' };

function detailsOf(actor: Actor): Details {
  const { context, error } = actor.state;
  if (actor.state.status === 'error') return { ...nothing, why: (error as Error).message };
  switch (actor.chart.key) {
    case 'task':
      return taskDetails(context as TaskContext, actor);
    case 'agent':
      return agentDetails(context as AgentContext, actor);
    case 'supervisor':
      return { ...nothing, why: supervisorWhy(context as SupervisorContext) };
    case 'context':
      return { ...nothing, why: sharedWhy(context as SharedContext) };
    default:
      return { ...nothing, why: haltOf(context as OrchestratorContext) };
  }
}

function taskDetails(context: TaskContext, actor: Actor): Details {
  const { attempt, agent, token, fault, open, spec } = context;
  const waits = stateOf(actor) === 'waiting' && open > 0;
  const needs = spec.needs.join(', ') || 'the wave before';
  const why = waits ? `waits for ${open} of: ${needs}` : (fault?.message ?? '');
  return { attempt, partner: agent, token, why };
}

function agentDetails({ attempt, fault }: AgentContext, actor: Actor): Details {
  const state = stateOf(actor);
  const busy = state === 'working' || state === 'reporting';
  const partner = busy ? (attempt?.task ?? null) : null;
  return { attempt: 0, partner, token: attempt?.token ?? null, why: fault?.message ?? '' };
}

function supervisorWhy({ resting, crashes }: SupervisorContext): string {
  const begun = crashes.length > 0 ? [`${crashes.length} crashes count against it`] : [];
  return [...begun, ...(resting.length > 0 ? [`${resting.join(', ')} rest`] : [])].join(', ');
}

const sharedWhy = ({ entries, version }: SharedContext): string =>
  `${Object.keys(entries).length} keys, changed ${version} times`;

function haltOf({ halt }: OrchestratorContext): string {
  return halt.kind === 'none' ? '' : halt.reason;
}
