/** The chain of tasks that no number of agents makes shorter, as it came out in one run. */
import type { TaskId } from '../../../machines/ids.ts';
import type { PlanSpec, TaskSpec } from '../../../machines/plan.ts';
import { topologicalOrder } from '../../../machines/rules/plan-graph.ts';
import type { RunFact } from '../../runs/run.ts';

export interface CriticalPath {
  readonly ms: number;
  /** From the first to the last. */
  readonly tasks: readonly TaskId[];
  /** What of it each role's tasks take. */
  readonly roleMs: Readonly<Record<string, number>>;
}

/** How long each task was busy: attempts, checks and pauses, without waiting for an agent. */
export class BusyMeter {
  readonly #since = new Map<TaskId, number>();
  readonly #busyMs = new Map<TaskId, number>();
  readonly #fromAt: number;

  /** Time before `fromAt` does not count. */
  constructor(fromAt = 0) {
    this.#fromAt = fromAt;
  }

  take(fact: RunFact): void {
    switch (fact.type) {
      case 'task.asked':
      case 'task.assigned':
        // After a pause it has been busy all the time.
        if (!this.#since.has(fact.task)) this.#since.set(fact.task, fact.at);
        return;
      case 'task.ready':
      case 'task.succeeded':
      case 'task.failed':
      case 'task.skipped':
      case 'task.cancelled':
        return this.#stop(fact.task, fact.at);
      default:
        return;
    }
  }

  busyMs(task: TaskId): number {
    return this.#busyMs.get(task) ?? 0;
  }

  #stop(task: TaskId, at: number): void {
    const since = this.#since.get(task);
    if (since === undefined) return;
    this.#since.delete(task);
    const ms = Math.max(0, at - Math.max(since, this.#fromAt));
    this.#busyMs.set(task, this.busyMs(task) + ms);
  }
}

type BusyMs = (task: TaskId) => number;

/** In waves, nothing of a wave begins before the longest task of the one before has ended. */
export function criticalPath(
  plan: PlanSpec,
  order: readonly TaskSpec[],
  busyMs: BusyMs,
): CriticalPath {
  const chain = plan.mode === 'waves' ? throughWaves(plan, busyMs) : throughGraph(order, busyMs);
  const tasks = chain.filter(({ id }) => busyMs(id) > 0);
  const roleMs: Record<string, number> = {};
  for (const { id, role } of tasks) roleMs[role] = (roleMs[role] ?? 0) + busyMs(id);
  const ms = tasks.reduce((sum, { id }) => sum + busyMs(id), 0);
  return { ms, tasks: tasks.map(({ id }) => id), roleMs };
}

/** Every task after those it needs: the same for all runs of a plan. */
export const orderOf = (plan: PlanSpec): readonly TaskSpec[] => topologicalOrder(plan.tasks);

function throughWaves(plan: PlanSpec, busyMs: BusyMs): readonly TaskSpec[] {
  const longest: TaskSpec[] = [];
  for (const task of plan.tasks) {
    const best = longest[task.wave];
    if (!best || busyMs(task.id) > busyMs(best.id)) longest[task.wave] = task;
  }
  return longest;
}

/** The best way to a task, its own time included. */
interface Way {
  readonly task: TaskSpec;
  readonly ms: number;
  readonly before: Way | null;
}

function throughGraph(order: readonly TaskSpec[], busyMs: BusyMs): readonly TaskSpec[] {
  const ways = new Map<TaskId, Way>();
  let longest: Way | null = null;
  for (const task of order) {
    const before = task.needs.reduce<Way | null>((best, need) => {
      const way = ways.get(need) ?? null;
      return way && way.ms > (best?.ms ?? 0) ? way : best;
    }, null);
    const way: Way = { task, ms: (before?.ms ?? 0) + busyMs(task.id), before };
    ways.set(task.id, way);
    if (way.ms > (longest?.ms ?? 0)) longest = way;
  }
  const chain: TaskSpec[] = [];
  for (let way: Way | null = longest; way; way = way.before) chain.push(way.task);
  return chain.toReversed();
}
