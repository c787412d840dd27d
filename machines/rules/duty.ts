/** What an agent owes its task and its supervisor: reports, and the reason of its end. */
import { assert, messageOf } from '../errors.ts';
import type { Attempt, Fact, TroupeEvent } from '../events.ts';
import { type AgentId, type RoleName, taskAddress } from '../ids.ts';
import type { Message } from '../messages.ts';
import {
  type Answered,
  type Fault,
  noOutput,
  noUsage,
  type Outcome,
  type Question,
} from '../outcome.ts';
import { hasAsked, unasked, withAnswers } from './permission.ts';

export interface AgentInput {
  readonly id: AgentId;
  readonly role: RoleName;
  /** True: it makes room for a fresh successor after each task. */
  readonly handoff: boolean;
  /** What people said to it; its next attempt hears it. The oldest go first when full. */
  readonly inbox: readonly string[];
}

export interface AgentContext extends AgentInput {
  readonly attempt: HeardAttempt | null;
  readonly outcome: Outcome | null;
  readonly fault: Fault | null;
  /** What it asks a person, and what they have said in this attempt; absent: it never asked. */
  readonly questions?: readonly Question[];
  readonly answers?: readonly Answered[];
}

/** An attempt, and what people said to its agent before it began. */
export interface HeardAttempt extends Attempt {
  readonly inbox: readonly string[];
}

/** How it ended, for its supervisor. */
export type AgentEnding =
  | { readonly kind: 'stopped' }
  /** It made room: its supervisor starts a successor, who hears what it was told too late. */
  | { readonly kind: 'handed-off'; readonly inbox: readonly string[] }
  | {
      readonly kind: 'crashed';
      readonly fault: Fault;
      /** Whether it had begun an attempt. */
      readonly worked: boolean;
    };

export interface WorkInput extends HeardAttempt {
  readonly agent: AgentId;
  readonly role: RoleName;
}

/** Messages that wait for an agent's next attempt. */
export const inboxMax = 100;

export const neverSpawned = fault('agent.timed-out', 'it did not start in time');
export const neverRegistered = fault('agent.timed-out', 'the orchestrator did not answer in time');

function fault(code: string, message: string): Fault {
  return { code, message, retryable: true };
}

export function broken(error: unknown): Fault {
  return fault('agent.crashed', messageOf(error));
}

export function heard(inbox: readonly string[], text: string): readonly string[] {
  return [...inbox, text].slice(-inboxMax);
}

/** What is said to it from now on is for the attempt after this one. */
export function begun(context: AgentContext, event: TroupeEvent & { type: 'agent.assign' }) {
  const { inbox } = context;
  const { task, token, attempt, timeoutMs, seed, earlier, review } = event;
  const heard = { task, token, attempt, timeoutMs, seed, inbox };
  const told =
    earlier || review
      ? { ...heard, ...(earlier && { earlier }), ...(review && { review }) }
      : heard;
  const fresh = { attempt: told, outcome: null, inbox: [] };
  return hasAsked(context) ? { ...fresh, ...unasked(context) } : fresh;
}

export function started(context: AgentContext): Message {
  const { task, token } = current(context);
  return { to: taskAddress(task), event: { type: 'task.started', token } };
}

/** Named one by one: every attempt has one, and a spread costs as much as all else that it does. */
export function workInput(context: AgentContext): WorkInput {
  const { id: agent, role } = context;
  const { task, token, attempt, timeoutMs, seed, inbox, earlier, review } = current(context);
  if (earlier || review) return { ...current(context), agent, role };
  return { task, token, attempt, timeoutMs, seed, inbox, agent, role };
}

export function filledFact(context: AgentContext, percent: number): Fact {
  const { task } = current(context);
  return { type: 'agent.filled', agent: context.id, task, percent };
}

export function report(context: AgentContext): Message {
  const { task, token } = current(context);
  const { id: agent, outcome } = context;
  assert(outcome, `${agent} reports without an outcome`);
  const told = withAnswers(context, outcome);
  return { to: taskAddress(task), event: { type: 'task.reported', agent, token, outcome: told } };
}

/** An adapter that broke its promise never to throw. */
export function crashedOutcome(error: unknown): Outcome {
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  return { kind: 'failed', fault: broken(error), ...measured };
}

/** An outcome that tells of the agent's own end, not only of the attempt's. */
export function died(outcome: Outcome | null): boolean {
  return outcome?.kind === 'failed' && outcome.fault.code === 'agent.crashed';
}

export function faultOf(outcome: Outcome | null): Fault {
  assert(outcome?.kind === 'failed', 'only a failure has a fault to die of');
  return outcome.fault;
}

/** What it crashed of. */
export function fatalFault({ id, fault }: AgentContext): Fault {
  assert(fault, `${id} crashed of nothing`);
  return fault;
}

export function endingOf({ fault, handoff, attempt, outcome, inbox }: AgentContext): AgentEnding {
  if (fault) return { kind: 'crashed', fault, worked: attempt !== null };
  return handoff && outcome ? { kind: 'handed-off', inbox } : { kind: 'stopped' };
}

function current({ id, attempt }: AgentContext): HeardAttempt {
  assert(attempt, `${id} works on nothing`);
  return attempt;
}
