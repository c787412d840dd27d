/** What one task can take at most, and what all tasks together may add to a run. */
import type { PlanSpec, ReviewSpec, TaskSpec } from '../../machines/plan.ts';
import { resolutionsMax } from '../../machines/rules/attempt.ts';
import { worstBackoffMs } from '../../machines/rules/backoff.ts';
import { leastMs } from '../../machines/rules/handing.ts';
import { worstCalls } from '../../machines/rules/review.ts';
import { assignDeadlineMs, reportGraceMs } from '../../machines/task.ts';

/** What one task can take, at most. */
export interface Load {
  readonly task: TaskSpec;
  readonly attempts: number;
  /** How often each role is called for it. */
  readonly calls: ReadonlyMap<string, number>;
  /** With a slot of each role, in all its attempts and their reviews. */
  readonly heldMs: ReadonlyMap<string, number>;
  /** Without one: backoff between attempts, and a person who is waited for. */
  readonly apartMs: number;
}

export function loadOf(task: TaskSpec): Load {
  // After each time that it has asked for others it is tried once more.
  const asks = asksOf(task);
  const attempts = task.retries + 1 + asks;
  const calls = new Map<string, number>(worstCalls(task));
  calls.set(task.role, (calls.get(task.role) ?? 0) + asks);
  const consentMs = asks * (task.delegation?.approveWithinMs ?? 0);
  const apartMs = (task.approveWithinMs ?? 0) + backoffMs(task) + consentMs;
  const heldMs = new Map<string, number>([[task.role, attempts * attemptMs(task)]]);
  if (task.review) {
    const { role } = task.review;
    const own = role === task.role ? attempts : 0;
    const reviews = (calls.get(role) ?? 0) - own;
    heldMs.set(role, (heldMs.get(role) ?? 0) + reviews * reviewMs(task.review));
  }
  countHandoffs(task, calls, heldMs);
  countFallbacks(task, calls, heldMs);
  const more = task.fallback?.roles.length ?? 0;
  if (task.resolver === undefined) {
    return {
      task,
      attempts: attempts + more,
      calls,
      heldMs,
      apartMs: apartMs + more * longestMs(task),
    };
  }
  // Whoever resolves conflicts makes the retries that are left, and hands them over, too.
  const handed = task.handoffs?.max ?? 0;
  const resolvedMs = (resolutionsMax + task.retries) * attemptMs(task) + handed * onceMs(task);
  heldMs.set(task.resolver, (heldMs.get(task.resolver) ?? 0) + resolvedMs);
  calls.set(task.resolver, (calls.get(task.resolver) ?? 0) + handed);
  const waitedMs = resolutionsMax * worstBackoffMs(task.backoff, task.retries);
  const waited = { ms: waitedMs + more * longestMs(task), attempts: resolutionsMax + more };
  const whole = { attempts: attempts + waited.attempts, apartMs: apartMs + waited.ms };
  return { task, calls, heldMs, ...whole };
}

/** The longest pause before another attempt. */
const longestMs = ({ backoff, retries }: TaskSpec): number => worstBackoffMs(backoff, retries);

/** Whoever is fallen back on makes all that is left of its attempts, and hands them over, too. */
function countFallbacks(
  task: TaskSpec,
  calls: Map<string, number>,
  heldMs: Map<string, number>,
): void {
  const { fallback, role, retries, handoffs } = task;
  const roles = fallback?.roles ?? [];
  for (const name of [role, ...roles].slice(fallback ? 0 : 1)) {
    const own = name === role;
    const more = own ? roles.length : retries + asksOf(task) + roles.length + 1;
    const handed = own ? 0 : (handoffs?.max ?? 0);
    calls.set(name, (calls.get(name) ?? 0) + more + handed);
    const moreMs = more * attemptMs(task) + handed * onceMs(task);
    heldMs.set(name, (heldMs.get(name) ?? 0) + moreMs);
  }
}

const asksOf = ({ delegation }: TaskSpec): number => delegation?.count ?? 0;

/** Whoever takes an attempt over gets so long at most. */
const onceMs = ({ timeoutMs }: TaskSpec): number =>
  assignDeadlineMs + Math.max(leastMs, timeoutMs) + reportGraceMs;

/** Each time one more is called for the same attempt; whoever took it over makes the others. */
function countHandoffs(
  task: TaskSpec,
  calls: Map<string, number>,
  heldMs: Map<string, number>,
): void {
  const { handoffs, role, retries } = task;
  if (!handoffs) return;
  const { max, to } = handoffs;
  for (const name of new Set([role, ...to])) {
    const again = name === role ? 0 : retries + asksOf(task);
    calls.set(name, (calls.get(name) ?? 0) + max + again);
    const moreMs = max * onceMs(task) + again * attemptMs(task);
    heldMs.set(name, (heldMs.get(name) ?? 0) + moreMs);
  }
}

export type ByRole = ReadonlyMap<string, number>;

export function totalOf(loads: readonly Load[], partOf: (load: Load) => ByRole): ByRole {
  const total = new Map<string, number>();
  for (const load of loads) {
    for (const [role, part] of partOf(load)) total.set(role, (total.get(role) ?? 0) + part);
  }
  return total;
}

export const sumOf = (parts: ByRole): number =>
  [...parts.values()].reduce((sum, part) => sum + part, 0);

/** One attempt, from its assignment to the end of its checks, which a review has made twice. */
export function attemptMs({ timeoutMs, checked, verifyTimeoutMs, review }: TaskSpec): number {
  // Its agent may begin late, and then take all its time: it holds its place through both.
  const workedMs = assignDeadlineMs + timeoutMs + reportGraceMs;
  return workedMs + (checked ? verifyTimeoutMs : 0) * (review ? 2 : 1);
}

export const reviewMs = ({ timeoutMs }: ReviewSpec): number =>
  assignDeadlineMs + timeoutMs + reportGraceMs;

function backoffMs({ retries, backoff }: TaskSpec): number {
  let sumMs = 0;
  for (let failures = 1; failures <= retries; failures += 1) {
    sumMs += worstBackoffMs(backoff, failures);
  }
  return sumMs;
}

/** Tasks that others may ask for: each has no more time and tries than whoever asks for it. */
export interface Growth {
  readonly tasks: number;
  /** Of each of them, at most. */
  readonly attempts: number;
  readonly ms: number;
}

export function growthOf({ tasks, subtasksMax = 0, subtaskTurns = 0 }: PlanSpec): Growth {
  let [count, attempts, ms] = [0, 0, 0];
  for (const task of tasks) {
    const { delegation } = task;
    if (!delegation) continue;
    for (let depth = 1; depth <= delegation.depth && count < subtasksMax; depth += 1) {
      count = Math.min(subtasksMax, count + delegation.count ** depth);
    }
    const tries = task.retries + 1 + (delegation.depth > 1 ? delegation.count : 0);
    attempts = Math.max(attempts, tries + subtaskTurns);
    const triedMs = tries * attemptMs({ ...task, checked: true }) + backoffMs(task);
    const onceMore = attemptMs({ ...task, checked: true }) + onceMs(task) + longestMs(task);
    ms = Math.max(ms, triedMs + subtaskTurns * onceMore);
  }
  return { tasks: count, attempts, ms };
}
