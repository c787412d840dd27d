/** A supervisor's decisions: whom to stop and start when an agent ended, and when to give up. */
import { assert } from '../errors.ts';
import type { Fact, TroupeEvent } from '../events.ts';
import {
  type Address,
  type AgentId,
  agentAddress,
  agentId,
  orchestratorAddress,
  supervisorAddress,
} from '../ids.ts';
import type { Message, SpawnWish } from '../messages.ts';
import type { Fault } from '../outcome.ts';
import type { RoleSpec } from '../plan.ts';
import { backoffDelayMs } from './backoff.ts';
import type { AgentEnding, AgentInput } from './duty.ts';
import { decideRestart, type RestartDecision } from './restart.ts';

export interface SupervisorInput {
  readonly role: RoleSpec;
  readonly seed: number;
}

export interface SupervisorContext extends SupervisorInput {
  /** Every agent of the role, in the order of their start. */
  readonly children: readonly AgentId[];
  /** Those that run now. */
  readonly live: readonly AgentId[];
  /** Those that wait for their restart. */
  readonly resting: readonly AgentId[];
  /** When agents crashed, ms since the epoch: as far back as counts against the role. */
  readonly crashes: readonly number[];
  /** About the last crash; null before the first. */
  readonly decision: Decision | null;
}

/** What is done about a crash, and the crash. */
type Decision = RestartDecision & { readonly fault: Fault };
type Exit = TroupeEvent & { type: 'child.exited' };

const stopped: Fault = { code: 'agent.stopped', message: 'it was stopped', retryable: true };

export function childrenOf(role: RoleSpec): readonly AgentId[] {
  return Array.from({ length: role.count }, (_, at) => agentId(`${role.name}-${at + 1}`));
}

export function births({ role }: SupervisorContext, agents: readonly AgentId[]) {
  return { wishes: agents.map((agent) => birth(role, agent, [])) };
}

/** Under the same name, and hearing what its predecessor was told too late. */
export function succession({ role }: SupervisorContext, exit: Exit) {
  const ending = endingOf(exit);
  const inbox = ending.kind === 'handed-off' ? ending.inbox : [];
  return { wishes: [birth(role, nameOf(exit.child), inbox)] };
}

function birth({ name, handoff }: RoleSpec, id: AgentId, inbox: readonly string[]): SpawnWish {
  const input: AgentInput = { id, role: name, handoff, inbox };
  const supervisor = supervisorAddress(name);
  return { machine: 'agent', address: agentAddress(id), input, supervisor, notify: 'exit' };
}

/** What the ended agent said of its end; a crash when a step of it threw. */
export function endingOf({ output, error }: Exit): AgentEnding {
  if (error === null) return output as AgentEnding;
  const fault = { code: 'agent.crashed', message: error, retryable: true };
  return { kind: 'crashed', fault, worked: false };
}

/** One that isn't live is resting: it was stopped for another's sake, and is to start again. */
export function isLive({ live }: SupervisorContext, exit: Exit): boolean {
  return live.includes(nameOf(exit.child));
}

export function decide(context: SupervisorContext, exit: Exit): Partial<SupervisorContext> {
  const ending = endingOf(exit);
  assert(ending.kind === 'crashed', 'only a crash is decided about');
  const { fault, worked } = ending;
  const { role, children, crashes } = context;
  // One that never got to work may be slow to crash: no crash before it is forgotten.
  const periodMs = worked ? role.periodMs : Number.POSITIVE_INFINITY;
  const policy = { strategy: role.restart, maxRestarts: role.maxRestarts, periodMs };
  const decided = decideRestart(policy, children, nameOf(exit.child), crashes, exit.at);
  const decision = { ...decided, fault };
  return { ...without(context, exit), decision, crashes: decided.crashes };
}

export function without(context: SupervisorContext, exit: Exit): Partial<SupervisorContext> {
  const ended = nameOf(exit.child);
  return { live: context.live.filter((agent) => agent !== ended) };
}

/** The crashed one's fault can't be mended by another try: its program isn't there, say. */
export function isHopeless(context: SupervisorContext): boolean {
  const { kind, fault } = decided(context);
  return kind === 'give-up' || !fault.retryable;
}

export function toStop(context: SupervisorContext): { addresses: Address[] } {
  const stop = restartOf(context).stop.map(agentId);
  return { addresses: stop.filter((agent) => context.live.includes(agent)).map(agentAddress) };
}

export function toStart(context: SupervisorContext): readonly AgentId[] {
  return restartOf(context).start.map(agentId);
}

export function resting(context: SupervisorContext): Partial<SupervisorContext> {
  const start = toStart(context);
  const others = context.resting.filter((agent) => !start.includes(agent));
  const live = context.live.filter((agent) => !start.includes(agent));
  return { live, resting: [...others, ...start] };
}

export function restartDelayMs({ role, seed, crashes }: SupervisorContext): number {
  return backoffDelayMs(role.backoff, crashes.length, role.name, seed);
}

export function restartFact(context: SupervisorContext): Fact {
  const delayMs = restartDelayMs(context);
  return { type: 'agent.restarting', agents: toStart(context), delayMs };
}

/** The orchestrator hears of each agent whose work is gone, also of those stopped with it. */
export function losses(context: SupervisorContext): { messages: Message[] } {
  const { fault } = decided(context);
  const agents = isHopeless(context) ? context.children : toStart(context);
  return { messages: agents.map((agent) => lost(agent, fault)) };
}

export function interruption(exit: Exit): Message {
  return lost(nameOf(exit.child), stopped);
}

function lost(agent: AgentId, fault: Fault): Message {
  return { to: orchestratorAddress, event: { type: 'agent.lost', agent, fault } };
}

/** The end of the role: nobody plays it any more. */
export function loss(context: SupervisorContext): TroupeEvent & { type: 'role.lost' } {
  const { name } = context.role;
  const message = `nobody plays ${name} any more: ${decided(context).fault.message}`;
  return {
    type: 'role.lost',
    role: name,
    fault: { code: 'role.lost', message, retryable: false },
  };
}

/** Ready to start again; those that are running already, by an earlier order, are left alone. */
export function due(context: SupervisorContext, agents: readonly string[]): readonly AgentId[] {
  return agents.map(agentId).filter((agent) => context.resting.includes(agent));
}

export function begun(context: SupervisorContext, agents: readonly string[]) {
  const started = due(context, agents);
  const left = context.resting.filter((agent) => !started.includes(agent));
  return { live: [...context.live, ...started], resting: left };
}

/** Stopping goes in reverse: the last of the live ones is asked, and waited for. */
export function farewell({ live }: Pick<SupervisorContext, 'live'>): { messages: Message[] } {
  return askedToStop(live.at(-1));
}

/** Nobody is asked twice: not when another one ended by itself meanwhile. */
export function nextFarewell({ live }: SupervisorContext, exit: Exit): { messages: Message[] } {
  if (live.at(-1) !== nameOf(exit.child)) return { messages: [] };
  return askedToStop(live.at(-2));
}

function askedToStop(agent: AgentId | undefined): { messages: Message[] } {
  if (!agent) return { messages: [] };
  return { messages: [{ to: agentAddress(agent), event: { type: 'agent.stop' } }] };
}

export function everyone({ live }: SupervisorContext): { addresses: Address[] } {
  return { addresses: live.map(agentAddress) };
}

function decided({ decision }: SupervisorContext): Decision {
  assert(decision, 'nothing was decided');
  return decision;
}

function restartOf(context: SupervisorContext): Decision & { kind: 'restart' } {
  const decision = decided(context);
  assert(decision.kind === 'restart', 'the role was given up');
  return decision;
}

function nameOf(child: Address): AgentId {
  return agentId(child.slice('agent/'.length));
}
