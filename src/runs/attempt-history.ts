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
  /** Of attempts at tasks of one kind; absent: nobody has looked which kinds there are. */
  readonly kinds?: readonly KindHistory[];
}

export interface KindHistory extends Omit<RoleHistory, 'ofTasks' | 'kinds'> {
  readonly kind: string;
  /** Those that are still to be done. */
  readonly tasks: readonly string[];
}

/** An attempt that ended by itself. */
export interface PastAttempt {
  readonly run: string;
  readonly task: string;
  readonly role: string;
  /** Who played a role that any may play; null: its role says. */
  readonly chosen: string | null;
  readonly durationMs: number;
  readonly verdict: 'succeeded' | 'failed' | 'crashed';
  /** Null: nobody knows. */
  readonly costUsd: number | null;
}

/** An attempt under way. */
interface Open {
  readonly task: TaskId;
  readonly role: string;
  readonly agent: string | null;
  readonly startedAt: number;
}

/** What an attempt came to; null when it tells nothing of the role: a limit, a stop, a person. */
type Verdict = PastAttempt['verdict'] | null;

export class AttemptHistory {
  readonly #attempts: PastAttempt[] = [];

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

  /** In the order in which they ended, run by run. */
  get attempts(): readonly PastAttempt[] {
    return this.#attempts;
  }

  /** Null when nothing is known of the role. */
  of(role: string): RoleHistory | null {
    return historyOf(this.#attempts.filter((attempt) => attempt.role === role));
  }

  #note(run: string, attempt: Open, fact: RunFact, outcome: Outcome | undefined): void {
    const verdict = verdictOf(fact);
    if (verdict === null) return;
    const { task, role, startedAt } = attempt;
    const { usage, chosen = null } = outcome ?? {};
    const costUsd = usage?.costUsd ?? null;
    const durationMs = fact.at - startedAt;
    this.#attempts.push({ run, task, role, chosen, durationMs, verdict, costUsd });
  }
}

/** Null for none. */
export function historyOf(attempts: readonly PastAttempt[]): RoleHistory | null {
  if (attempts.length === 0) return null;
  const ofTasks = new Map<string, number[]>();
  for (const { task, durationMs } of attempts) {
    const known = ofTasks.get(task);
    if (known) known.push(durationMs);
    else ofTasks.set(task, [durationMs]);
  }
  const count = (wanted: Verdict): number =>
    attempts.filter(({ verdict }) => verdict === wanted).length;
  return {
    attempts: attempts.length,
    runs: new Set(attempts.map(({ run }) => run)).size,
    durationsMs: attempts.map(({ durationMs }) => durationMs),
    ofTasks,
    failed: count('failed'),
    crashed: count('crashed'),
    costsUsd: attempts.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd])),
  };
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
