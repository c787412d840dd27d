/** One actor of a run as a row: read from its state, whichever machine it is of. */
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Actor } from '../kernel/actor.ts';
import { stateOf } from '../runs/view.ts';
import type { ActorRow } from './wire.ts';

type Details = Pick<ActorRow, 'attempt' | 'partner' | 'token' | 'why' | 'asks' | 'costUsd'>;

const nothing: Details = { attempt: 0, partner: null, token: null, why: '', asks: '', costUsd: 0 };

export function actorRow(actor: Actor, since: number): ActorRow {
  const due = [...actor.timers.values()].map(({ dueMs }) => dueMs);
  return {
    address: actor.address,
    machine: actor.chart.key,
    state: stateOf(actor),
    since,
    ...detailsOf(actor),
    dueAt: due.length > 0 ? Math.min(...due) : null,
  };
}

function detailsOf(actor: Actor): Details {
  const { context, error, status } = actor.state;
  if (status === 'error') return { ...nothing, why: (error as Error).message };
  switch (actor.chart.key) {
    case 'task':
      return taskDetails(context as TaskContext, stateOf(actor));
    case 'agent':
      return agentDetails(context as AgentContext, stateOf(actor));
    case 'supervisor':
      return { ...nothing, why: crashesOf(context as SupervisorContext) };
    case 'orchestrator':
      return { ...nothing, why: haltOf(context as OrchestratorContext) };
    default:
      return nothing;
  }
}

function taskDetails(context: TaskContext, state: string): Details {
  const { attempt, agent, token, fault, open, spec, costUsd } = context;
  const waits = state === 'waiting' && open > 0;
  const why = waits
    ? `waits for ${open} of ${spec.needs.length || 'the wave before'}`
    : (fault?.message ?? '');
  const asks = isAsking(state) ? 'May it begin?' : state === 'escalated' ? 'Once more?' : '';
  return { attempt, partner: agent, token, why, asks, costUsd };
}

const isAsking = (state: string): boolean =>
  state === 'approving' || state === 'delegating.consenting';

function agentDetails(context: AgentContext, state: string): Details {
  const { attempt, fault, questions = [] } = context;
  const busy = state === 'working' || state === 'reporting';
  const partner = busy ? (attempt?.task ?? null) : null;
  const [question] = questions;
  const asks = question ? `May it use ${question.tool}? ${question.input}` : '';
  return { ...nothing, partner, asks, token: attempt?.token ?? null, why: fault?.message ?? '' };
}

const crashesOf = ({ crashes }: SupervisorContext): string =>
  crashes.length > 0 ? `${crashes.length} crashes count against it` : '';

const haltOf = ({ halt }: OrchestratorContext): string => (halt.kind === 'none' ? '' : halt.reason);
