/** What past attempts of a role took, cost and came to: read from the journals of runs. */
import type { TaskId } from '../../machines/ids.ts';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import type { Core } from '../kernel/core.ts';
import type { LoggedInput } from '../kernel/log.ts';
import type { Plan } from '../plan/plan.ts';
import { factOf, type RunFact } from './run.ts';

export interface RoleHistory {
  /** Attempts that ended by themselves, well or badly. */
  readonly attempts: number;
  /** The runs that they were made in. */
  readonly runs: number;
  /** Of those attempts, checks included; in no order. */
  readonly durationsMs: readonly number[];
  /** The same, by the task that they were made at. */
  readonly ofTasks: ReadonlyMap<string, readonly number[]>;
  readonly failed: number;
  readonly crashed: number;
  /** Of the attempts whose price is known. */
  readonly costsUsd: readonly number[];
}

interface Books {
  attempts: number;
  readonly runs: Set<string>;
  readonly durationsMs: number[];
  readonly ofTasks: Map<string, number[]>;
  failed: number;
  crashed: number;
  readonly costsUsd: number[];
}

/** An attempt under way. */
interface Open {
  readonly task: TaskId;
  readonly role: string;
  readonly agent: string | null;
  readonly startedAt: number;
}

/** What an attempt came to; null when it tells nothing of the role: a limit, a stop, a person. */
type Verdict = 'succeeded' | 'failed' | 'crashed' | null;

export class AttemptHistory {
  readonly #books = new Map<string, Books>();

  /** Adds what inputs of a run tell of these tasks; `core` is a fresh one for its machines. */
  take(run: string, tasks: Plan['tasks'], inputs: Iterable<LoggedInput>, core: Core): void {
    const roles = new Map<string, string>(tasks.map(({ id, role }) => [id, role]));
    const open = new Map<TaskId, Open>();
    const outcomes = new Map<string, Outcome>();
    for (const logged of inputs) {
      const { input } = logged;
      const isOutcome = input.kind === 'done' && input.id === 'work';
      if (isOutcome) outcomes.set(input.to, input.output as Outcome);
      for (const wish of core.apply(logged)) {
        if (wish.kind !== 'fact') continue;
        const fact = factOf(wish);
        if (fact.type === 'task.started') {
          const { task, agent, at: startedAt } = fact;
          const role = roles.get(task);
          outcomes.delete(`agent/${agent}`);
          if (role) open.set(task, { task, role, agent, startedAt });
          continue;
        }
        const task = endedTask(fact);
        const attempt = task && open.get(task);
        if (!task || !attempt) continue;
        open.delete(task);
        this.#note(run, attempt, fact, outcomes.get(`agent/${attempt.agent}`));
      }
    }
  }

  /** Null when nothing is known of the role. */
  of(role: string): RoleHistory | null {
    const books = this.#books.get(role);
    return books ? { ...books, runs: books.runs.size } : null;
  }

  #note(run: string, attempt: Open, fact: RunFact, outcome: Outcome | undefined): void {
    const verdict = verdictOf(fact);
    if (verdict === null) return;
    const { task, role, startedAt } = attempt;
    const books = this.#booksOf(role);
    const durationMs = fact.at - startedAt;
    books.attempts += 1;
    books.runs.add(run);
    books.durationsMs.push(durationMs);
    books.ofTasks.set(task, [...(books.ofTasks.get(task) ?? []), durationMs]);
    if (verdict === 'failed') books.failed += 1;
    if (verdict === 'crashed') books.crashed += 1;
    const costUsd = outcome?.usage.costUsd ?? null;
    if (costUsd !== null) books.costsUsd.push(costUsd);
  }

  #booksOf(role: string): Books {
    const known = this.#books.get(role);
    if (known) return known;
    const counts = { attempts: 0, failed: 0, crashed: 0 };
    const lists = { durationsMs: [], ofTasks: new Map(), costsUsd: [] };
    const books: Books = { ...counts, ...lists, runs: new Set() };
    this.#books.set(role, books);
    return books;
  }
}

/** The task whose attempt is over with this fact. */
function endedTask(fact: RunFact): TaskId | null {
  switch (fact.type) {
    case 'task.succeeded':
    case 'task.failed':
    case 'task.cancelled':
    case 'task.retrying':
    case 'task.parked':
      return fact.task;
    default:
      return null;
  }
}

function verdictOf(fact: RunFact): Verdict {
  switch (fact.type) {
    case 'task.succeeded':
      return 'succeeded';
    case 'task.failed':
    case 'task.retrying':
      return verdictOn(fact.fault);
    default:
      return null;
  }
}

function verdictOn(fault: Fault | null): Verdict {
  switch (fault?.code) {
    case 'agent.crashed':
      return 'crashed';
    case 'run.interrupted':
    case undefined:
      return null;
    default:
      return 'failed';
  }
}
