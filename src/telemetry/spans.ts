/**
 * A run as spans: the run, each task in it, each attempt of a task, each turn of an agent.
 *
 * Owns: the spans that have not ended.
 * Invariant: a span ends before its parent does; whatever is left ends with the run.
 */
import {
  type Attributes,
  context,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Fault, Usage } from '../../machines/outcome.ts';
import type { AgentEvent } from '../agents/agent.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunFact } from '../runs/run.ts';
import { UsageCount } from './usage-count.ts';

interface OpenAttempt {
  readonly span: Span;
  readonly task: string;
  readonly agent: string;
  readonly usage: UsageCount;
  model: string | null;
  turn: Span | null;
}

interface Begun {
  readonly task: string;
  readonly agent: string | null;
  readonly attempt: number;
  readonly at: number;
}

export interface SpansOptions {
  readonly tracer: Tracer;
  readonly run: string;
  readonly plan: Plan;
  /** When this process began to work on it, ms since the epoch. */
  readonly at: number;
}

export class Spans {
  readonly #tracer: Tracer;
  readonly #adapters: ReadonlyMap<string, string>;
  readonly #run: Span;
  readonly #tasks = new Map<string, Span>();
  /** By task: it has one attempt at a time. */
  readonly #attempts = new Map<string, OpenAttempt>();

  constructor({ tracer, run, plan, at }: SpansOptions) {
    this.#tracer = tracer;
    const adapters = new Map(plan.roles.map(({ name, adapter }) => [name, adapter]));
    this.#adapters = new Map(plan.tasks.map(({ id, role }) => [id, adapters.get(role) ?? role]));
    const attributes = { 'troupe.run': run, 'troupe.plan': plan.name };
    this.#run = tracer.startSpan(`run ${plan.name}`, { startTime: at, root: true, attributes });
  }

  take(fact: RunFact): void {
    switch (fact.type) {
      case 'task.started':
        return this.#begin(fact);
      case 'task.verifying':
      case 'task.reviewing':
      case 'task.delegated':
        return this.#endAttempt(fact.task, fact.at, null);
      case 'task.retrying':
      case 'task.parked':
        return this.#endAttempt(fact.task, fact.at, fact.fault);
      case 'task.succeeded':
      case 'task.failed':
      case 'task.skipped':
      case 'task.cancelled':
        return this.#endTask(fact.task, fact.at, fact.fault, {
          'troupe.task.status': fact.type.slice(5),
        });
      case 'run.failed':
      case 'run.cancelled':
        this.#run.setStatus({ code: SpanStatusCode.ERROR, message: fact.reason });
        return;
      default:
        return;
    }
  }

  /** What an agent says of its work, while it does it. */
  hear(agent: string, event: AgentEvent, at: number): void {
    const attempt = [...this.#attempts.values()].find((each) => each.agent === agent);
    if (!attempt) return;
    if (event.type === 'session.opened') attempt.model = event.model;
    if (event.type === 'usage.counted') attempt.usage.count(event.over, event.usage);
    if (event.type === 'rate.limited') attempt.span.addEvent('rate.limited', {}, at);
    if (event.type === 'tool.called')
      this.#turnOf(attempt, at).addEvent(`tool ${event.tool}`, {}, at);
    if (event.type === 'text.written' || event.type === 'thought.told') this.#turnOf(attempt, at);
    if (event.type === 'turn.ended') endTurn(attempt, at);
  }

  /** Whatever has not ended does so now: the run was stopped, or is over. */
  end(at: number): void {
    for (const task of [...this.#tasks.keys()]) this.#endTask(task, at, null, {});
    this.#run.end(at);
  }

  #begin({ task, agent, attempt, at }: Begun): void {
    const adapter = this.#adapters.get(task) ?? 'unknown';
    const span = this.#childOf(this.#taskSpan(task, at), `invoke_agent ${agent}`, at, {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': adapter,
      'gen_ai.agent.name': agent ?? '',
      'troupe.attempt': attempt,
    });
    const usage = new UsageCount();
    this.#attempts.set(task, { span, task, agent: agent ?? '', usage, model: null, turn: null });
  }

  #taskSpan(task: string, at: number): Span {
    const known = this.#tasks.get(task);
    if (known) return known;
    const span = this.#childOf(this.#run, `task ${task}`, at, { 'troupe.task': task });
    this.#tasks.set(task, span);
    return span;
  }

  #turnOf(attempt: OpenAttempt, at: number): Span {
    attempt.turn ??= this.#childOf(attempt.span, 'turn', at, {});
    return attempt.turn;
  }

  #endAttempt(task: string, at: number, fault: Fault | null): void {
    const attempt = this.#attempts.get(task);
    if (!attempt) return;
    this.#attempts.delete(task);
    endTurn(attempt, at);
    attempt.span.setAttributes(usageAttributes(attempt.usage.total, attempt.model));
    blame(attempt.span, fault);
    attempt.span.end(at);
  }

  #endTask(task: string, at: number, fault: Fault | null, attributes: Attributes): void {
    this.#endAttempt(task, at, fault);
    const span = this.#tasks.get(task);
    if (!span) return;
    this.#tasks.delete(task);
    span.setAttributes(attributes);
    blame(span, fault);
    span.end(at);
  }

  #childOf(parent: Span, name: string, at: number, attributes: Attributes): Span {
    const within = trace.setSpan(context.active(), parent);
    return this.#tracer.startSpan(name, { startTime: at, attributes }, within);
  }
}

function endTurn(attempt: OpenAttempt, at: number): void {
  attempt.turn?.end(at);
  attempt.turn = null;
}

/** By the semantic conventions for generative AI. */
function usageAttributes(usage: Usage, model: string | null): Attributes {
  return {
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    ...(usage.costUsd === null ? {} : { 'troupe.cost_usd': usage.costUsd }),
    ...(model === null ? {} : { 'gen_ai.request.model': model }),
  };
}

function blame(span: Span, fault: Fault | null): void {
  if (fault === null) return;
  // Its message may repeat what an agent or a reviewer said, which is nobody else's.
  span.setAttribute('error.type', fault.code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: fault.code });
}
