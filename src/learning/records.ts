/** What came of each agent's past tasks, by the kind of task, by role and at all. Pure. */
import type { AgentRecord } from '../plan/roles/agent-choice.ts';
import type { Sample } from './tally.ts';

/** A sample, and what it is a sample of. */
export interface Sorted {
  readonly sample: Sample;
  /** Null: of none that is known. */
  readonly kind: object | null;
}

/** Fewer attempts are luck. */
export const triesMin = 3;

interface Books {
  tried: number;
  succeeded: number;
  successMs: number;
  priced: number;
  costUsd: number;
}

export class Records {
  readonly #any = new Map<string, Books>();
  readonly #ofRole = new Map<string, Map<string, Books>>();
  readonly #ofKind = new Map<object, Map<string, Books>>();

  constructor(past: readonly Sorted[]) {
    for (const { sample, kind } of past) {
      if (!['completed', 'failed'].includes(sample.result.status)) continue;
      note(this.#any, sample);
      note(within(this.#ofRole, sample.role), sample);
      if (kind) note(within(this.#ofKind, kind), sample);
    }
  }

  /** The closest to such a task that is more than luck. */
  of(agent: string, role: string, kind: object | null): AgentRecord {
    const levels = [
      ['kind', kind ? this.#ofKind.get(kind) : undefined],
      ['role', this.#ofRole.get(role)],
      ['any', this.#any],
    ] as const;
    for (const [of, books] of levels) {
      const record = books?.get(agent);
      if (record && record.tried >= triesMin) return recordOf(agent, of, record);
    }
    return recordOf(agent, 'nothing', this.#any.get(agent) ?? none());
  }
}

function note(books: Map<string, Books>, { adapter, result }: Sample): void {
  const record = books.get(adapter) ?? none();
  books.set(adapter, record);
  record.tried += Math.max(1, result.attempts);
  if (result.status === 'completed') {
    record.succeeded += 1;
    record.successMs += result.duration_ms;
  }
  if (result.cost_usd !== null) {
    record.priced += 1;
    record.costUsd += result.cost_usd;
  }
}

const none = (): Books => ({ tried: 0, succeeded: 0, successMs: 0, priced: 0, costUsd: 0 });

function within<Key>(all: Map<Key, Map<string, Books>>, key: Key): Map<string, Books> {
  const known = all.get(key) ?? new Map<string, Books>();
  all.set(key, known);
  return known;
}

function recordOf(agent: string, of: AgentRecord['of'], books: Books): AgentRecord {
  const { tried, succeeded, successMs, priced, costUsd } = books;
  return {
    ...{ agent, of, tried, succeeded },
    successMs: succeeded === 0 ? null : Math.round(successMs / succeeded),
    costUsd: priced === 0 ? null : costUsd / priced,
  };
}

/** Until an attempt succeeds, on average; a short record is not believed whole (Laplace). */
export function waitMs({ tried, succeeded, successMs }: AgentRecord): number {
  if (successMs === null) return Number.MAX_VALUE;
  return successMs / ((succeeded + 1) / (tried + 2));
}
