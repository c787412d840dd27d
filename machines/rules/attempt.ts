/** What follows from the end of an attempt: another one, a pause, or the end of the task. */
import { assert, messageOf } from '../errors.ts';
import type { Fact, Settled, TaskRecord, TroupeEvent } from '../events.ts';
import {
  type AgentId,
  agentAddress,
  orchestratorAddress,
  type RoleName,
  type Token,
  taskAddress,
} from '../ids.ts';
import type { Message } from '../messages.ts';
import type { Earlier, Evidence, Fault, Outcome } from '../outcome.ts';
import type { TaskSpec } from '../plan.ts';
import { backoffDelayMs } from './backoff.ts';
import type { Spending } from './budget.ts';
import { type Delegated, farewells as unasked } from './delegated.ts';
import type { ReadyTask } from './dispatch.ts';
import { type Fallen, fallbackOf, noted, replaced, type Turn } from './falling.ts';
import { begins, type Handed, type Held, leftMs, noteAfter } from './handing.ts';
import { type Healed, planless } from './healed.ts';
import { asItStands } from './loss.ts';
import { noReview, type Review } from './panel.ts';
import type { Verdict } from './verdict.ts';

export interface TaskInput {
  readonly spec: TaskSpec;
  /** Dependencies, and one more for the barrier of its wave when the plan has them. */
  readonly open: number;
  readonly seed: number;
}

export interface TaskContext extends TaskInput {
  readonly agent: AgentId | null;
  /** The agent that ran a dependency. */
  readonly prefer: AgentId | null;
  readonly token: Token | null;
  /** Tasks of those that it need not all have, which came to nothing; absent: none. */
  readonly unmet?: number;
  /** Attempts begun. */
  readonly attempt: number;
  /** Attempts that counted against `retries`. */
  readonly failures: number;
  /** Attempts that a limit or a stop of the runtime ended. */
  readonly pauses: number;
  /** What its attempts cost, as far as they reported; null when one did not know. */
  readonly costUsd: number | null;
  /** Its claim on one of the run's places for work: none, waiting for one, or holding one. */
  readonly slot: 'free' | 'queued' | 'held';
  readonly outcome: Outcome | null;
  /** What the attempt before this one came to. */
  readonly earlier: Earlier | null;
  readonly evidence: readonly Evidence[];
  readonly turn: Turn;
  /** Attempts that a conflict with others' work asked for. */
  readonly resolutions: number;
  /** What others think of this attempt, where the plan has them asked. */
  readonly review: Review;
  readonly handed?: Handed;
  readonly fallen?: Fallen;
  /** Who has it in place of an agent; null: nobody any more. */
  readonly held?: Held | null;
  /** What was done because it went on failing; absent: nothing. */
  readonly healed?: Healed;
  /** What others are to do, or did, for it; absent: it never asked. */
  readonly delegated?: Delegated;
  /** Why it is not where it should be. */
  readonly fault: Fault | null;
}

/** Rate limits and stops of the runtime that one task may see before it fails. */
export const pausesMax = 1_000;

/** Others may merge while a conflict with them is resolved: then it is asked for again. */
export const resolutionsMax = 3;

export const silent = fault('agent.silent', 'nothing was heard of the agent in time', true);
export const unchecked = fault('verify.timed-out', 'the checks did not end in time', true);
export const rejected = fault('approval.rejected', 'a person rejected it', false);
export const expired = fault('approval.expired', 'nobody approved it in time', false);

function fault(code: string, message: string, retryable: boolean): Fault {
  return { code, message, retryable };
}

export function faultOf(outcome: Outcome): Fault | null {
  return outcome.kind === 'succeeded' ? null : outcome.fault;
}

export function unbegun({ spec, open, seed }: TaskInput): TaskContext {
  return {
    spec,
    open,
    seed,
    agent: null,
    prefer: null,
    token: null,
    attempt: 0,
    failures: 0,
    pauses: 0,
    costUsd: 0,
    slot: 'free',
    outcome: null,
    earlier: null,
    evidence: [],
    turn: 'author',
    resolutions: 0,
    review: noReview,
    fault: null,
  };
}

export type Patch = Partial<TaskContext>;
type Event<Type extends TroupeEvent['type']> = TroupeEvent & { type: Type };

export const calledOff = ({ event }: { readonly event: Event<'task.cancel'> }): Patch => ({
  fault: fault('task.cancelled', event.reason, false),
});

const skipCode = 'task.skipped';

export function skippedBy({ event }: { readonly event: Event<'task.skip'> }): Patch {
  const why = event.reason ? `: ${event.reason}` : '';
  return { fault: fault(skipCode, `skipped by ${event.by}${why}`, false) };
}

/** Not because of what happened to another one: a person said so. */
export const isWaived = (context: Pick<TaskContext, 'fault'>): boolean =>
  context.fault?.code === skipCode;

export function followed({ spec }: TaskContext, { task }: Event<'task.precede'>): Patch {
  return { spec: { ...spec, dependants: [...spec.dependants, task] } };
}

export function begun(context: TaskContext, { agent, token }: Event<'task.assign'>): Patch {
  const { attempt = context.attempt, handed } = begins(context);
  const { fallen } = noted(context);
  const begun: Patch = {
    agent,
    token,
    attempt,
    slot: 'held',
    earlier: earlierOf(context),
    outcome: null,
    evidence: [],
    review: noReview,
    fault: null,
  };
  if (!handed && !fallen) return begun;
  return { ...begun, ...(handed && { handed }), ...(fallen && { fallen }) };
}

export function told(context: TaskContext, outcome: Outcome): Patch {
  const { evidence } = outcome;
  const fault = faultOf(outcome) ?? planless(context, outcome);
  return { outcome, evidence, fault, costUsd: costWith(context.costUsd, outcome) };
}

export function looked({ evidence, outcome }: TaskContext, verdict: Verdict): Patch {
  const { fault } = verdict;
  const seen = [...evidence, ...verdict.evidence];
  return { evidence: seen, fault, outcome: asItStands(outcome, fault) };
}

/** Somebody else tells why it can't go on. */
export const doomed = ({ fault }: { readonly fault: Fault }): Patch => ({ fault });

export const paused = ({ context }: { context: TaskContext }): Patch => ({
  pauses: context.pauses + 1,
});

/** Reports that nobody awaits are answered, too: their agent can go on. */
export function receipt({ agent, token }: Event<'task.reported'>): Message {
  return { to: agentAddress(agent), event: { type: 'report.taken', token } };
}

/** The checks could not even be run. */
export function broken(error: unknown): Fault {
  const message = messageOf(error);
  return fault('verify.broken', `the checks could not run: ${message}`, true);
}

/** Of all attempts together. */
export function costWith(costUsd: number | null, { usage }: Outcome): number | null {
  return costUsd === null || usage.costUsd === null ? null : costUsd + usage.costUsd;
}

/** A limit is not the task's fault: it waits, and no retry is spent. */
export function isLimited({ fault, outcome, pauses }: TaskContext): boolean {
  return fault !== null && outcome?.kind === 'limited' && pauses < pausesMax;
}

/** Neither is a stop of the runtime: the attempt is made again under a new token. */
export function isInterrupted({ fault, outcome, pauses }: TaskContext): boolean {
  return fault !== null && outcome?.kind === 'interrupted' && pauses < pausesMax;
}

/** A conflict is nobody's failure where somebody is there to resolve it. */
export function mayResolve(context: TaskContext): boolean {
  return isResolvable(context) && context.resolutions < resolutionsMax;
}

const isResolvable = ({ fault, spec }: TaskContext): boolean =>
  fault?.code === 'merge.conflict' && spec.resolver !== undefined;

/** Another role's agents know nothing of the author's session. */
export function toResolve({ outcome, spec, resolutions }: TaskContext): Patch {
  const patch = { resolutions: resolutions + 1 };
  if (outcome === null || spec.resolver === spec.role) return patch;
  const { session: _, ...left } = outcome;
  return { ...patch, outcome: left };
}

/** Its place is given back; whoever is next resolves the conflict, if there is one to resolve. */
export function freed(context: TaskContext): Patch {
  return { slot: 'free', turn: isResolvable(context) ? 'resolver' : context.turn };
}

export function mayRetry({ fault, failures, spec }: TaskContext): boolean {
  return fault?.retryable === true && failures < spec.retries;
}

export function approvalMs({ spec }: TaskContext): number {
  assert(spec.approveWithinMs !== null, `${spec.id} asks nobody`);
  return spec.approveWithinMs;
}

/** Zero after an interruption: nothing failed that waiting would mend. */
export function retryDelayMs({ spec, failures, outcome, seed }: TaskContext): number {
  if (outcome?.kind === 'interrupted') return 0;
  return backoffDelayMs(spec.backoff, failures, spec.id, seed);
}

export function parkDelayMs({ spec, outcome }: TaskContext): number {
  assert(outcome?.kind === 'limited', `${spec.id} is parked without a limit`);
  return Math.max(0, outcome.waitMs);
}

export function recordOf(context: TaskContext, status: Settled): TaskRecord {
  const { spec, agent, attempt: attempts, outcome, evidence, costUsd, fault } = context;
  return { task: spec.id, status, agent, attempts, outcome, evidence, costUsd, fault };
}

export function settledFact(context: TaskContext, status: Settled): Fact {
  const { spec, agent, attempt: attempts, outcome, fault } = context;
  const durationMs = outcome?.durationMs ?? 0;
  return { type: `task.${status}`, task: spec.id, agent, attempts, durationMs, fault };
}

export function verifyingFact({ spec, attempt }: TaskContext): Fact {
  return { type: 'task.verifying', task: spec.id, attempt };
}

export function retryingFact(context: TaskContext): Fact {
  const { spec, fault } = context;
  return { type: 'task.retrying', task: spec.id, fault, delayMs: retryDelayMs(context) };
}

export function parkedFact(context: TaskContext): Fact {
  const { spec, fault } = context;
  return { type: 'task.parked', task: spec.id, fault, waitMs: parkDelayMs(context) };
}

export const assignedFact = (context: TaskContext): Fact => tried('task.assigned', context);
export const startedFact = (context: TaskContext): Fact => tried('task.started', context);

function tried(type: 'task.assigned' | 'task.started', context: TaskContext): Fact {
  const { spec, agent, attempt, token } = context;
  const fact = { type, task: spec.id, agent, attempt, token };
  const role = roleAtWork(context);
  return role === spec.role ? fact : { ...fact, role };
}

/** A session goes on until an attempt ends without it; an agent that was lost took none along. */
export function earlierOf(context: TaskContext): Earlier | null {
  const { fault, outcome, earlier } = context;
  if (fault === null) return null;
  const known = outcome === null ? earlier?.session : outcome.session;
  // Another role's agents know nothing of it.
  const session = fault.code === replaced ? null : known;
  const answers = outcome?.answers;
  const note = noteAfter(context);
  return {
    fault,
    session: session ?? null,
    ...(answers && { answers }),
    ...(note && { note }),
    ...foundWrong(context),
  };
}

/** Of an attempt that did not come to its checks, what was said of the one before still holds. */
function foundWrong({ outcome, evidence, earlier }: TaskContext): Pick<Earlier, 'failed'> {
  const isChecked = outcome?.kind === 'succeeded';
  const failed = isChecked ? evidence.filter(({ passed }) => !passed) : (earlier?.failed ?? []);
  return failed.length === 0 ? {} : { failed };
}

export function assignment(context: TaskContext): Message {
  const { spec, agent, attempt, token, seed, earlier } = context;
  assert(agent !== null && token !== null, `${spec.id} is assigned to nobody`);
  const [{ id: task }, timeoutMs] = [spec, leftMs(context)];
  const event = { type: 'agent.assign', task, token, attempt, timeoutMs, seed } as const;
  return { to: agentAddress(agent), event: earlier ? { ...event, earlier } : event };
}

/** Gives the place for work back, if it holds one. */
export function release(context: TaskContext): { messages: Message[] } {
  if (context.slot !== 'held') return { messages: [] };
  const event = { type: 'task.released', ...spendingOf(context) } as const;
  return { messages: [{ to: orchestratorAddress, event }] };
}

/** Of an attempt that never reported, nobody knows. */
function spendingOf(context: TaskContext): Spending {
  const { review } = context;
  const outcome = review.stage === 'open' ? review.last?.outcome : context.outcome;
  return { role: roleAtWork(context), costUsd: outcome ? outcome.usage.costUsd : null };
}

/** How it stands in the queue of those that wait for an agent. */
export function readiness(context: TaskContext): ReadyTask {
  const { id: task, priority, rank, order } = context.spec;
  const ready: ReadyTask = {
    task,
    role: roleAtWork(context),
    key: [priority, rank, order],
    prefer: context.prefer,
  };
  const { review, agent } = context;
  if (review.stage !== 'open') return ready;
  // Neither the author, nor anybody who has judged already.
  const voted = review.votes.map(({ reviewer }) => reviewer);
  return { ...ready, prefer: null, avoid: agent === null ? voted : [agent, ...voted] };
}

export function readyMessage(context: TaskContext): Message {
  const { task, role, key, prefer, avoid } = readiness(context);
  const event = { type: 'task.ready', task, role, key, prefer } as const;
  return { to: orchestratorAddress, event: avoid === undefined ? event : { ...event, avoid } };
}

/** Whose turn it is: its own role's, or that of those who judge, resolve or split it. */
export function roleAtWork(context: TaskContext): RoleName {
  const { spec, review, turn, handed } = context;
  if (review.stage === 'open' && spec.review) return spec.review.role;
  if (turn === 'resolver' && spec.resolver) return spec.resolver;
  if (turn === 'planner' && spec.heal?.split) return spec.heal.split.role;
  return handed?.role ?? fallbackOf(context) ?? spec.role;
}

/** Dependants first: what gets ready by it must be known before its slot is given away. */
export function settledMessages(context: TaskContext, end: Settled): { messages: Message[] } {
  const { spec, agent, slot } = context;
  const { id: task, wave, excused } = spec;
  const status = end === 'skipped' && isWaived(context) ? 'waived' : end;
  const held = slot === 'held' ? spendingOf(context) : null;
  const settled = { type: 'task.settled', task, status, wave, held } as const;
  const told = { to: orchestratorAddress, event: excused ? { ...settled, excused } : settled };
  if (spec.dependants.length === 0) return { messages: [told] };
  const to = spec.dependants.map(taskAddress);
  const event = { type: 'dependency.settled', task, status, agent } as const;
  return { messages: [{ to, event, ifThere: true }, told] };
}

/** What a cancelled task owes: its place in the queue, or an agent that still works on it. */
export function farewells(context: TaskContext): { messages: Message[] } {
  const { slot, agent, token, review } = context;
  switch (slot) {
    case 'free':
      return { messages: [...unasked(context.delegated, context.fault), ...leavings(context)] };
    case 'queued': {
      const { role, key } = readiness(context);
      const event = { type: 'task.withdrawn', role, key } as const;
      return { messages: [{ to: orchestratorAddress, event }] };
    }
    case 'held': {
      const [worker, held] =
        review.stage === 'open' ? [review.reviewer, review.token] : [agent, token];
      assert(worker !== null && held !== null, `${context.spec.id} is held by nobody`);
      const event = { type: 'agent.abandon', token: held } as const;
      return { messages: [{ to: agentAddress(worker), event, ifThere: true }] };
    }
  }
}

/** A team that is called off is called off whole. */
function leavings({ spec, fault }: TaskContext): readonly Message[] {
  if (!spec.members) return [];
  const reason = fault?.message ?? `${spec.id} was called off`;
  const to = spec.members.map(taskAddress);
  return [{ to, event: { type: 'task.cancel', reason }, ifThere: true }];
}
