/** A supervisor's decisions: whom to stop and start when an agent ended, and when to give up. */
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
import type { AgentEnding } from './duty.ts';
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
  /** When agents crashed, ms since the epoch, within the role's period. */
  readonly crashes: readonly number[];
  readonly decision: RestartDecision | null;
  /** The last crash. */
  readonly fault: Fault | null;
}

type Exit = TroupeEvent & { type: 'child.exited' };

export function childrenOf(role: RoleSpec): readonly AgentId[] {
  return Array.from({ length: role.count }, (_, at) => agentId(`${role.name}-${at + 1}`));
}

export function births({ role }: SupervisorContext, agents: readonly string[]) {
  const supervisor = supervisorAddress(role.name);
  const wishes = agents.map((id): SpawnWish => {
    const input = { id, role: role.name, handoff: role.handoff };
    return { machine: 'agent', address: addressOf(id), input, supervisor, notify: 'exit' };
  });
  return { wishes };
}

/** What the ended agent said of its end; a crash when a step of it threw. */
export function endingOf({ output, error }: Exit): AgentEnding {
  if (error === null) return output as AgentEnding;
  return { kind: 'crashed', fault: { code: 'agent.crashed', message: error, retryable: true } };
}

export function decide(context: SupervisorContext, exit: Exit): Partial<SupervisorContext> {
  const ending = endingOf(exit);
  const fault = ending.kind === 'crashed' ? ending.fault : null;
  const { role, children, crashes } = context;
  const policy = { ...role, strategy: role.restart };
  const decision = decideRestart(policy, children, nameOf(exit.child), crashes, exit.at);
  return { ...without(context, exit), fault, decision, crashes: decision.crashes };
}

export function without(context: SupervisorContext, exit: Exit): Partial<SupervisorContext> {
  return { live: context.live.filter((agent) => agent !== nameOf(exit.child)) };
}

/** The crashed one's fault can't be mended by another try: its program isn't there, say. */
export function isHopeless({ fault, decision }: SupervisorContext): boolean {
  return decision?.kind === 'give-up' || fault?.retryable === false;
}

export function toStop({ decision, live }: SupervisorContext) {
  const stop = decision?.kind === 'restart' ? decision.stop : [];
  const running = stop.filter((agent) => live.includes(agentId(agent)));
  return { addresses: running.map(addressOf) };
}

export function toStart({ decision }: SupervisorContext): readonly AgentId[] {
  return decision?.kind === 'restart' ? decision.start.map(agentId) : [];
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
  const fault = context.fault ?? { code: 'agent.crashed', message: 'it crashed', retryable: true };
  const agents = toStart(context);
  const messages = agents.map((agent): Message => {
    const event = { type: 'agent.lost', agent, fault } as const;
    return { to: orchestratorAddress, event };
  });
  return { messages };
}

/** The end of the role: nobody plays it any more. */
export function loss({ role, fault }: SupervisorContext): TroupeEvent & { type: 'role.lost' } {
  const why = fault?.message ?? 'its agents crashed';
  const message = `nobody plays ${role.name} any more: ${why}`;
  return {
    type: 'role.lost',
    role: role.name,
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
export function farewell({ live }: SupervisorContext): { messages: Message[] } {
  const last = live.at(-1);
  if (!last) return { messages: [] };
  return { messages: [{ to: agentAddress(last), event: { type: 'agent.stop' } }] };
}

export function everyone({ live }: SupervisorContext): { addresses: Address[] } {
  return { addresses: live.map(agentAddress) };
}

function addressOf(agent: string): Address {
  return agentAddress(agentId(agent));
}

export function nameOf(child: Address): AgentId {
  return agentId(child.slice('agent/'.length));
}
