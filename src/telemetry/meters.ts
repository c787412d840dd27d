/** What happens in runs as numbers: tasks, attempts, durations, tokens, money. */
import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api';
import type { AgentEvent } from '../agents/agent.ts';
import type { RunFact } from '../runs/run.ts';

export class Meters {
  readonly #tasks: Counter;
  readonly #attempts: Counter;
  readonly #retries: Counter;
  readonly #runs: Counter;
  readonly #crashes: Counter;
  readonly #working: UpDownCounter;
  readonly #durations: Histogram;
  readonly #tokens: Histogram;
  readonly #busy = new Set<string>();

  constructor(meter: Meter) {
    this.#tasks = meter.createCounter('troupe.tasks', { description: 'Tasks that ended' });
    this.#attempts = meter.createCounter('troupe.attempts', { description: 'Attempts begun' });
    this.#retries = meter.createCounter('troupe.retries', {
      description: 'Attempts to come again',
    });
    this.#runs = meter.createCounter('troupe.runs', { description: 'Runs that ended' });
    this.#crashes = meter.createCounter('troupe.agent.crashes', {
      description: 'Agents that crashed',
    });
    this.#working = meter.createUpDownCounter('troupe.tasks.working', {
      description: 'Tasks that an agent works on now',
    });
    this.#durations = meter.createHistogram('troupe.task.duration', {
      description: 'How long the last attempt of a task took',
      unit: 's',
      advice: { explicitBucketBoundaries: [0.1, 1, 10, 60, 300, 1_200, 3_600, 14_400] },
    });
    this.#tokens = meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens that a step of an agent used',
      unit: '{token}',
    });
  }

  take(fact: RunFact): void {
    switch (fact.type) {
      case 'task.started':
        this.#attempts.add(1);
        return this.#begin(fact.task);
      case 'task.retrying':
        this.#retries.add(1, codeOf(fact.fault?.code));
        return this.#end(fact.task);
      case 'task.parked':
      case 'task.delegated':
        return this.#end(fact.task);
      case 'task.succeeded':
      case 'task.failed':
      case 'task.skipped':
      case 'task.cancelled':
        this.#tasks.add(1, { status: fact.type.slice('task.'.length) });
        if (fact.attempts > 0) this.#durations.record(fact.durationMs / 1_000);
        return this.#end(fact.task);
      case 'run.succeeded':
      case 'run.failed':
      case 'run.cancelled':
        return this.#runs.add(1, { status: fact.type.slice('run.'.length) });
      case 'agent.crashed':
        return this.#crashes.add(1, codeOf(fact.fault.code));
      default:
        return;
    }
  }

  hear(event: AgentEvent): void {
    if (event.type !== 'usage.counted' || event.over !== 'step') return;
    const operation = { 'gen_ai.operation.name': 'chat' };
    const { inputTokens, outputTokens } = event.usage;
    this.#tokens.record(inputTokens, { ...operation, 'gen_ai.token.type': 'input' });
    this.#tokens.record(outputTokens, { ...operation, 'gen_ai.token.type': 'output' });
  }

  /** Nothing of this run is worked on any more. */
  close(): void {
    for (const task of [...this.#busy]) this.#end(task);
  }

  #begin(task: string): void {
    if (this.#busy.has(task)) return;
    this.#busy.add(task);
    this.#working.add(1);
  }

  #end(task: string): void {
    if (this.#busy.delete(task)) this.#working.add(-1);
  }
}

const codeOf = (code: string | undefined): Attributes => (code === undefined ? {} : { code });
