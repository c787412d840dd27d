/** The orchestrator's book-keeping: counts and queues, never copies of its tasks. */
import { assert } from '../errors.ts';
import type { Fact, Settled, TroupeEvent } from '../events.ts';
import {
  agentAddress,
  orchestratorAddress,
  type RoleName,
  supervisorAddress,
  type TaskId,
  taskAddress,
  token,
} from '../ids.ts';
import type { Message, SpawnWish } from '../messages.ts';
import type { PlanSpec } from '../plan.ts';
import * as budgeting from './budget.ts';
import type { Growth } from './delegated.ts';
import * as dispatching from './dispatch.ts';
import { findCycle } from './plan-graph.ts';
import { firstWave, noWaves, settledInWave, type Waves } from './waves.ts';

/** Why no new work is started any more. */
export type Halt =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly reason: string };

export interface OrchestratorContext {
  /** Null before a plan came, and again once its actors exist: they hold their own parts. */
  readonly plan: PlanSpec | null;
  readonly tasks: readonly TaskId[];
  readonly mode: PlanSpec['mode'];
  readonly onFailure: PlanSpec['onFailure'];
  readonly dispatch: dispatching.Dispatch;
  readonly purse: budgeting.Purse;
  /** Whether a `run.dispatch` to itself is under way. */
  readonly dispatchDue: 'no' | 'yes';
  /** The last token given out. */
  readonly tokens: number;
  readonly unsettled: number;
  readonly counts: Readonly<Record<Settled, number>>;
  /** How many of the skipped a person does without; absent: none. */
  readonly waived?: number;
  /** Of those that ended otherwise than well: whom nobody misses; absent: none. */
  readonly excused?: number;
  readonly waves: Waves;
  /** Roles whose supervisor still lives. */
  readonly roles: readonly RoleName[];
  /** What was said of the roles that nobody plays any more. */
  readonly lost: readonly Event<'role.lost'>[];
  readonly halt: Halt;
  /** Tasks that others asked for; absent when none may. */
  readonly subtasks?: Growth;
  /** What the present event makes it say. */
  readonly outbox: readonly Message[];
}

export type Patch = Partial<OrchestratorContext>;
type Reply = Patch & Pick<OrchestratorContext, 'outbox'>;
type Event<Type extends TroupeEvent['type']> = TroupeEvent & { type: Type };

const silence: Reply = { outbox: [] };

export const emptyBooks: OrchestratorContext = {
  plan: null,
  tasks: [],
  mode: 'eager',
  onFailure: 'continue',
  dispatch: dispatching.emptyDispatch({ concurrency: 0, roles: [] }),
  purse: budgeting.emptyPurse,
  dispatchDue: 'no',
  tokens: 0,
  unsettled: 0,
  counts: { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
  waves: noWaves,
  roles: [],
  lost: [],
  halt: { kind: 'none' },
  outbox: [],
};

/** What makes a plan impossible to run; null when it is sound. */
export function planProblem(plan: PlanSpec): string | null {
  if (plan.tasks.length === 0) return 'the plan has no tasks';
  if (plan.concurrency < 1) return 'the plan lets no task run';
  const played = plan.roles.filter(({ count, concurrency }) => Math.min(count, concurrency) > 0);
  const roles = new Set(played.map(({ name }) => name));
  const homeless = plan.tasks.find(({ role }) => !roles.has(role));
  if (homeless) return `nobody plays ${homeless.role}, which ${homeless.id} needs`;
  const stuck = plan.tasks.find(({ resolver = null }) => resolver && !roles.has(resolver));
  if (stuck) return `nobody plays ${stuck.resolver}, which resolves conflicts of ${stuck.id}`;
  const unjudged = plan.tasks.find((task) => task.review && !roles.has(task.review.role));
  if (unjudged) return `nobody plays ${unjudged.review?.role}, which reviews ${unjudged.id}`;
  const known = new Set(plan.tasks.map(({ id }) => id));
  if (known.size < plan.tasks.length) return 'two tasks have the same id';
  for (const { id, needs } of plan.tasks) {
    const missing = needs.find((need) => !known.has(need));
    if (missing) return `${id} needs ${missing}, which is no task`;
  }
  const cycle = findCycle(plan.tasks);
  return cycle ? `a cycle: ${cycle.join(' -> ')}` : null;
}

export function problemOf({ plan }: OrchestratorContext): string {
  const problem = plan && planProblem(plan);
  assert(problem, 'the plan is sound');
  return problem;
}

export function openBooks(plan: PlanSpec): Patch {
  const first = plan.mode === 'waves' ? firstWave(plan) : { waves: noWaves, outbox: [] };
  return {
    tasks: plan.tasks.map(({ id }) => id),
    mode: plan.mode,
    onFailure: plan.onFailure,
    dispatch: dispatching.emptyDispatch(plan),
    purse: budgeting.purseOf(plan),
    unsettled: plan.tasks.length,
    roles: plan.roles.map(({ name }) => name),
    ...(plan.subtasksMax === undefined ? {} : { subtasks: { max: plan.subtasksMax, count: 0 } }),
    ...first,
  };
}

export function births(plan: PlanSpec): { wishes: SpawnWish[] } {
  const { seed } = plan;
  const supervisors = plan.roles.map((role): SpawnWish => {
    const address = supervisorAddress(role.name);
    const input = { role, seed };
    return { machine: 'supervisor', address, input, supervisor: orchestratorAddress };
  });
  const tasks = plan.tasks.map((spec): SpawnWish => {
    const barrier = plan.mode === 'waves' ? 1 : 0;
    const input = { spec, open: spec.needs.length + barrier, seed };
    const address = taskAddress(spec.id);
    return { machine: 'task', address, input, supervisor: orchestratorAddress };
  });
  return { wishes: [...supervisors, ...tasks] };
}

export function startedFact(plan: PlanSpec): Fact {
  const agents = plan.roles.reduce((sum, { count }) => sum + count, 0);
  return { type: 'run.started', tasks: plan.tasks.length, agents };
}

export function taskReady(context: OrchestratorContext, event: Event<'task.ready'>): Patch {
  const { task, role, key, prefer, avoid } = event;
  const lost = context.lost.find((loss) => loss.role === role);
  if (lost) return { outbox: [{ to: taskAddress(task), event: lost, ifThere: true }] };
  const plain = { task, role, key, prefer };
  const ready = avoid === undefined ? plain : { ...plain, avoid };
  return changed(context, dispatching.taskReady(context.dispatch, ready));
}

export function taskWithdrawn(context: OrchestratorContext, event: Event<'task.withdrawn'>): Patch {
  return changed(context, dispatching.taskWithdrawn(context.dispatch, event.role, event.key));
}

export function taskReleased(context: OrchestratorContext, event: Event<'task.released'>): Patch {
  const purse = budgeting.settle(context.purse, event);
  const patch = changed(context, dispatching.slotFreed(context.dispatch, event.role));
  return { ...patch, purse, outbox: [...warnings(context, purse, event), ...patch.outbox] };
}

/** To itself: what is said of money is said once the books are in order. */
function warnings(
  { purse }: OrchestratorContext,
  after: budgeting.Purse,
  spending: budgeting.Spending | null,
): readonly Message[] {
  const found = spending ? budgeting.warnings(purse, after, spending.role) : [];
  if (found.length === 0) return silence.outbox;
  return found.map((warning) => {
    return { to: orchestratorAddress, event: { type: 'budget.warn', ...warning } };
  });
}

export function agentIdle(context: OrchestratorContext, event: Event<'agent.idle'>): Patch {
  return changed(context, dispatching.agentIdle(context.dispatch, event.agent, event.role));
}

/** The task that the agent leaves behind is told; it knows itself whether it still cared. */
export function agentLost(context: OrchestratorContext, event: Event<'agent.lost'>): Patch {
  const [dispatch, task] = dispatching.agentGone(context.dispatch, event.agent);
  const patch = changed(context, dispatch);
  if (!task) return patch;
  const told: Message = { to: taskAddress(task), event, ifThere: true };
  return { ...patch, outbox: [told, ...patch.outbox] };
}

/** Nobody will come for the tasks that wait for this role, now or later. */
export function roleLost(context: OrchestratorContext, event: Event<'role.lost'>): Patch {
  const to = dispatching.readyOf(context.dispatch, event.role).map(taskAddress);
  const dispatch = dispatching.roleEmptied(context.dispatch, event.role);
  const lost = [...context.lost, event];
  return { dispatch, lost, outbox: [{ to, event, ifThere: true }] };
}

export function supervisorStopped(
  context: OrchestratorContext,
  event: Event<'supervisor.stopped'>,
): Patch {
  return { roles: context.roles.filter((role) => role !== event.role) };
}

export function taskSettled(context: OrchestratorContext, event: Event<'task.settled'>): Patch {
  const { status, held } = event;
  const dispatch = held ? dispatching.slotFreed(context.dispatch, held.role) : context.dispatch;
  const purse = held ? budgeting.settle(context.purse, held) : context.purse;
  const counted = status === 'waived' ? 'skipped' : status;
  const isExcused = event.excused === true && status !== 'succeeded' && status !== 'waived';
  const failing = status === 'failed' && context.onFailure === 'stop' && !isExcused;
  const halted = failing ? halt(context, 'failed', `${event.task} failed`) : silence;
  const { halt: why = context.halt } = halted;
  const inWaves = context.mode === 'waves' && why.kind === 'none';
  const opened = inWaves ? settledInWave(context.waves, event.wave) : null;
  const asked = changed({ dispatchDue: context.dispatchDue, halt: why }, dispatch);
  const warned = warnings(context, purse, held);
  const patch = {
    dispatch,
    purse,
    dispatchDue: asked.dispatchDue ?? context.dispatchDue,
    unsettled: context.unsettled - 1,
    counts: oneMore(context.counts, counted),
    waves: opened?.waves ?? context.waves,
    halt: why,
    outbox: [...warned, ...halted.outbox, ...(opened?.outbox ?? []), ...asked.outbox],
  };
  if (status === 'waived') return { ...patch, waived: (context.waived ?? 0) + 1 };
  return isExcused ? { ...patch, excused: (context.excused ?? 0) + 1 } : patch;
}

function oneMore(
  { succeeded, failed, skipped, cancelled }: OrchestratorContext['counts'],
  of: Settled,
): OrchestratorContext['counts'] {
  const counts = { succeeded, failed, skipped, cancelled };
  counts[of] += 1;
  return counts;
}

/** Stops new work and calls off what is under way; the first reason stays. */
export function halt(
  context: OrchestratorContext,
  kind: 'failed' | 'cancelled',
  reason: string,
): Reply {
  if (context.halt.kind !== 'none') return silence;
  const to = context.tasks.map(taskAddress);
  const event = { type: 'task.cancel', reason } as const;
  return { halt: { kind, reason }, outbox: [{ to, event, ifThere: true }] };
}

/** Gives out everything that can start now. */
export function handOut(context: OrchestratorContext): Patch {
  if (context.halt.kind !== 'none') return { outbox: [], dispatchDue: 'no' };
  let { dispatch, tokens, purse } = context;
  const outbox: Message[] = [];
  /** Roles that must wait for their own money, with what they may do otherwise. */
  const held: { name: RoleName; concurrency: number }[] = [];
  for (let best = nextPayable(); best; best = nextPayable()) {
    const { ready, agent } = best;
    dispatch = dispatching.matched(dispatch, best);
    purse = budgeting.setAside(purse, ready.role);
    tokens += 1;
    const event = { type: 'task.assign', agent, token: token(tokens) } as const;
    outbox.push({ to: taskAddress(ready.task), event });
  }
  if (held.length > 0) dispatch = dispatching.withLimits(dispatch, { roles: held });
  return { dispatch, tokens, purse, outbox, dispatchDue: 'no' };

  /** While attempts are under way, some of what is set aside for them may come back. */
  function nextPayable(): dispatching.Match | null {
    for (;;) {
      const best = dispatching.nextMatch(dispatch);
      if (!best) return null;
      const { role: name, key, task } = best.ready;
      const afford = budgeting.affords(purse, name);
      if (afford === 'now') return best;
      if (afford === 'role') {
        held.push({ name, concurrency: dispatching.concurrencyOf(dispatch, name) });
        dispatch = dispatching.withLimits(dispatch, { roles: [{ name, concurrency: 0 }] });
        continue;
      }
      if (afford === 'run' && dispatch.running > 0) return null;
      dispatch = dispatching.taskWithdrawn(dispatch, name, key);
      const event = { type: 'task.refuse', fault: budgeting.exhausted(purse, name) } as const;
      outbox.push({ to: taskAddress(task), event });
    }
  }
}

/** Asks itself to hand out work, once, after what is in the mailboxes now. */
export function changed(
  context: Pick<OrchestratorContext, 'dispatchDue' | 'halt'>,
  dispatch: dispatching.Dispatch,
): Reply {
  const mayStart = dispatch.open !== null && dispatch.running < dispatch.concurrency;
  const quiet = context.dispatchDue === 'yes' || context.halt.kind !== 'none';
  if (!mayStart || quiet) return { dispatch, outbox: [] };
  const message: Message = { to: orchestratorAddress, event: { type: 'run.dispatch' } };
  return { dispatch, dispatchDue: 'yes', outbox: [message] };
}

/** Tasks and supervisors end by themselves, silently; only a bug is worth stopping for. */
export function childCrashed(context: OrchestratorContext, event: Event<'child.exited'>): Patch {
  const { child, error } = event;
  if (error === null) return silence;
  const halted = halt(context, 'failed', `a bug in ${child}: ${error}`);
  // The dead can't settle or stop any more: it is counted here.
  const roles = context.roles.filter((role) => supervisorAddress(role) !== child);
  if (!child.startsWith('task/')) return { ...halted, roles };
  const counts = oneMore(context.counts, 'failed');
  return { ...halted, counts, unsettled: context.unsettled - 1 };
}

export function cancelled(context: OrchestratorContext, event: Event<'run.cancel'>): Patch {
  return halt(context, 'cancelled', event.reason);
}

export function everySupervisor({ roles }: OrchestratorContext): { messages: Message[] } {
  const to = roles.map(supervisorAddress);
  return { messages: [{ to, event: { type: 'supervisor.stop' }, ifThere: true }] };
}

export function registered({ agent }: Event<'agent.register'>): Message {
  return { to: agentAddress(agent), event: { type: 'agent.registered' } };
}

/** How the run ended, for its report and for whoever waits for it. */
export interface RunEnding {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly reason: string;
  readonly counts: OrchestratorContext['counts'];
}

export function endingOf(context: OrchestratorContext): RunEnding {
  return { status: verdict(context), reason: reasonOf(context), counts: context.counts };
}

export function verdict({ halt, counts, ...books }: OrchestratorContext): RunEnding['status'] {
  if (halt.kind !== 'none') return halt.kind;
  const { waived = 0, excused = 0 } = books;
  // What a person does without is missing to nobody.
  const missing = counts.failed + counts.skipped + counts.cancelled - waived - excused;
  return missing === 0 ? 'succeeded' : 'failed';
}

export function reasonOf({ halt, counts }: OrchestratorContext): string {
  if (halt.kind !== 'none') return halt.reason;
  return `${counts.failed} failed, ${counts.skipped} skipped, ${counts.cancelled} cancelled`;
}
