/** When a run will probably end: from what its tasks took so far, and what is left to be done. */
import { topologicalOrder, waves } from '../../machines/rules/plan-graph.ts';
import type { Plan, PlanRole, PlanTask } from '../plan/plan.ts';

/** What is known of a task; nothing is known of one that has not begun. */
export type TaskProgress =
  | { readonly kind: 'running'; readonly sinceMs: number }
  /** `durationMs` null: it never ran. */
  | { readonly kind: 'settled'; readonly durationMs: number | null };

export type Known = (task: string) => TaskProgress | undefined;

/** What a role's tasks took. */
interface Pace {
  totalMs: number;
  count: number;
}

type Guess = (task: PlanTask) => number;

export class Forecast {
  readonly #plan: Plan;
  /** Every task before those it needs. */
  readonly #fromEnd: readonly PlanTask[];
  /** Tasks that may run side by side; in waves, one group a wave. */
  readonly #stages: readonly (readonly PlanTask[])[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#fromEnd = topologicalOrder(plan.tasks).toReversed();
    this.#stages = plan.mode === 'waves' ? byWave(plan) : [plan.tasks];
  }

  /** Null as long as nothing has ended that it could be told from. */
  leftMs(nowMs: number, known: Known): number | null {
    const guess = this.#guess(known);
    if (!guess) return null;
    const left = (task: PlanTask): number => {
      const progress = known(task.id);
      if (progress?.kind === 'settled') return 0;
      const ranMs = progress ? nowMs - progress.sinceMs : 0;
      return Math.max(0, guess(task) - ranMs);
    };
    const stages = this.#stages.map((tasks) => this.#bottleneckMs(tasks, left));
    const inTurn = stages.reduce((sum, ms) => sum + ms, 0);
    return Math.max(inTurn, this.#longestPathMs(left));
  }

  /** What the plan says, else what its role's tasks took so far, else what any task took. */
  #guess(known: Known): Guess | null {
    const paces = new Map<string, Pace>();
    const all: Pace = { totalMs: 0, count: 0 };
    for (const { id, role } of this.#plan.tasks) {
      const progress = known(id);
      if (progress?.kind !== 'settled' || progress.durationMs === null) continue;
      const pace = paces.get(role) ?? { totalMs: 0, count: 0 };
      paces.set(role, pace);
      for (const each of [pace, all]) {
        each.totalMs += progress.durationMs;
        each.count += 1;
      }
    }
    if (all.count === 0) return null;
    return ({ role, estimateMs }) => estimateMs ?? meanOf(paces.get(role) ?? all);
  }

  #longestPathMs(left: Guess): number {
    const behind = new Map<string, number>();
    let longest = 0;
    for (const task of this.#fromEnd) {
      const own = left(task) + (behind.get(task.id) ?? 0);
      longest = Math.max(longest, own);
      for (const need of task.needs) behind.set(need, Math.max(behind.get(need) ?? 0, own));
    }
    return longest;
  }

  /** No group ends before its longest task, nor before its busiest role has worked it all off. */
  #bottleneckMs(tasks: readonly PlanTask[], left: Guess): number {
    const works = new Map<string, number>();
    let [all, longest] = [0, 0];
    for (const task of tasks) {
      const ms = left(task);
      all += ms;
      longest = Math.max(longest, ms);
      works.set(task.role, (works.get(task.role) ?? 0) + ms);
    }
    const { concurrency, roles } = this.#plan;
    const byRole = roles.map((role) => (works.get(role.name) ?? 0) / lanesOf(role, concurrency));
    return Math.max(longest, all / concurrency, ...byRole);
  }
}

const meanOf = ({ totalMs, count }: Pace): number => totalMs / count;

function lanesOf({ count, concurrency }: PlanRole, ofRun: number): number {
  return Math.min(ofRun, count ?? ofRun, concurrency ?? ofRun);
}

function byWave(plan: Plan): readonly (readonly PlanTask[])[] {
  const depth = waves(plan.tasks);
  const groups: PlanTask[][] = [];
  for (const task of plan.tasks) {
    const at = depth.get(task.id) ?? 0;
    groups[at] ??= [];
    groups[at].push(task);
  }
  return groups;
}
