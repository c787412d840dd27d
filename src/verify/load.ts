/** What one task can take at most, and what all tasks together may add to a run. */
import type { PlanSpec, ReviewSpec, TaskSpec } from '../../machines/plan.ts';
import { resolutionsMax } from '../../machines/rules/attempt.ts';
import { worstBackoffMs } from '../../machines/rules/backoff.ts';
import { leastMs } from '../../machines/rules/handing.ts';
import { asksMax } from '../../machines/rules/healed.ts';
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

export function loadOf(planned: TaskSpec): Load {
  const task = askedAbout(planned);
  // After each time that it has asked for others it is tried once more.
  const asks = asksOf(task);
  const attempts = task.retries + 1 + asks;
  const calls = new Map<string, number>(worstCalls(task));
  calls.set(task.role, (calls.get(task.role) ?? 0) + asks);
  const consentMs = asks * (task.delegation?.approveWithinMs ?? 0);
  const decidedMs = asksMax * (task.heal?.askWithinMs ?? 0);
  const apartMs = (task.approveWithinMs ?? 0) + backoffMs(task) + consentMs + decidedMs;
  const heldMs = new Map<string, number>([[task.role, attempts * attemptMs(task)]]);
  if (task.review) {
    const { role } = task.review;
    const own = role === task.role ? attempts : 0;
    const reviews = (calls.get(role) ?? 0) - own;
    heldMs.set(role, (heldMs.get(role) ?? 0) + reviews * reviewMs(task.review));
  }
  countHandoffs(task, calls, heldMs);
  countFallbacks(task, calls, heldMs);
  countPlanner(task, calls, heldMs);
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

/** A split is asked for once; the failure that it follows is no retry either. */
const asksOf = ({ delegation, heal }: TaskSpec): number =>
  (delegation?.count ?? 0) + (heal?.split ? 2 : 0);

/** Each time that a person says yes is one more attempt, with all that an attempt can lead to. */
function askedAbout(task: TaskSpec): TaskSpec {
  const asks = task.heal?.askWithinMs === undefined ? 0 : asksMax;
  return { ...task, retries: task.retries + asks };
}

/** Who splits a task makes all attempts that are left once it has failed so often. */
function countPlanner(
  task: TaskSpec,
  calls: Map<string, number>,
  heldMs: Map<string, number>,
): void {
  const { split } = task.heal ?? {};
  if (!split) return;
  const count = Math.max(1, task.retries - split.after + 2) + (task.handoffs?.max ?? 0);
  calls.set(split.role, (calls.get(split.role) ?? 0) + count);
  const moreMs = count * Math.max(attemptMs(task), onceMs(task));
  heldMs.set(split.role, (heldMs.get(split.role) ?? 0) + moreMs);
}

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

/** What it is split into is never split itself. */
const askingOf = ({ delegation, heal }: TaskSpec) =>
  delegation ?? (heal?.split ? { count: heal.split.count, depth: 1 } : undefined);

export function growthOf({ tasks, subtasksMax = 0, subtaskTurns = 0 }: PlanSpec): Growth {
  let [count, attempts, ms] = [0, 0, 0];
  for (const task of tasks) {
    const delegation = askingOf(task);
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
