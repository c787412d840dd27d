/** A plan as a document of its own, with all that a simulation needs of it and nothing to run. */
import type { Backoff } from '../../machines/rules/backoff.ts';
import { type PlanDocument, simulated } from '../plan/define.ts';
import type { Plan, PlanRole, PlanTask } from '../plan/plan.ts';
import { assumedRates } from './rates.ts';

const ms = (durationMs: number): string => `${durationMs}ms`;

/** Whoever loads it simulates the same run under the same seed. */
export function planDocument(plan: Plan): PlanDocument {
  const { name, mode, concurrency, onFailure, budgetUsd } = plan;
  return {
    name,
    mode,
    concurrency,
    onFailure,
    ...(budgetUsd === null ? {} : { budget: { usd: budgetUsd } }),
    agents: Object.fromEntries(plan.roles.map((role) => [role.name, roleDocument(role)])),
    tasks: plan.tasks.map(taskDocument),
  };
}

/** Keeps some of the tasks, and of what they need and who plays them only what is left. */
export function planOf(plan: Plan, kept: ReadonlySet<string>): Plan {
  const tasks = plan.tasks
    .filter(({ id }) => kept.has(id))
    .map((task) => ({ ...task, needs: task.needs.filter((need) => kept.has(need)) }));
  const played = new Set(tasks.flatMap(({ role, review }) => [role, review?.role ?? role]));
  return { ...plan, tasks, roles: plan.roles.filter(({ name }) => played.has(name)) };
}

function roleDocument(role: PlanRole): PlanDocument['agents'][string] {
  const { count, concurrency, restart, maxRestarts, periodMs, backoff, handoff } = role;
  return simulated({
    ...courseOf(role),
    ...(count === null ? {} : { count }),
    ...(concurrency === null ? {} : { concurrency }),
    restart,
    maxRestarts,
    period: ms(periodMs),
    backoff: backoffDocument(backoff),
    handoff,
  });
}

function courseOf(role: PlanRole) {
  if (role.adapter === 'gather') return { work: ms(0) };
  if (role.adapter !== 'simulated') return { work: ms(assumedRates.workMs(0)) };
  const { work, fail, crash, costUsd } = role;
  return { work: `${ms(work.minMs)}..${ms(work.maxMs)}`, fail, crash, costUsd };
}

function taskDocument(task: PlanTask): PlanDocument['tasks'][number] {
  const { id, role, needs, retries, timeoutMs, verifyTimeoutMs, backoff, priority } = task;
  const { approveWithinMs, verify, estimateMs } = task;
  return {
    id,
    agent: role,
    needs: [...needs],
    retries,
    timeout: ms(timeoutMs),
    verifyTimeout: ms(verifyTimeoutMs),
    backoff: backoffDocument(backoff),
    priority,
    ...(estimateMs === null ? {} : { estimate: ms(estimateMs) }),
    // What is checked is simulated; only that it is checked counts.
    verify: [...(verify.length > 0 ? [{ run: 'true' }] : []), ...reviewIn(task)],
    ...(approveWithinMs === null ? {} : { approve: true, approveWithin: ms(approveWithinMs) }),
  };
}

function reviewIn({ review }: PlanTask) {
  if (!review) return [];
  const { role, quorum, of, retries, timeoutMs } = review;
  return [
    { review: { agent: role, quorum: `${quorum} of ${of}`, retries, timeout: ms(timeoutMs) } },
  ];
}

function backoffDocument({ initialMs, factor, maxMs, jitter }: Backoff) {
  return { initial: ms(initialMs), factor, max: ms(maxMs), jitter };
}
