/** Plans for the machines, from as little as a test wants to say of them. */
import { roleName, type TaskId, taskId } from '../../machines/ids.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import type { Backoff } from '../../machines/rules/backoff.ts';
import { dependants, ranks, waves } from '../../machines/rules/plan-graph.ts';

export const steadyBackoff: Backoff = { initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0 };

export function roleSpec(given: Partial<RoleSpec> = {}): RoleSpec {
  return {
    name: roleName('coder'),
    count: 1,
    concurrency: 1,
    restart: 'one_for_one',
    maxRestarts: 2,
    periodMs: 60_000,
    backoff: steadyBackoff,
    attemptUsdMax: 0,
    handoff: false,
    ...given,
  };
}

export function taskSpec(given: Partial<TaskSpec> = {}): TaskSpec {
  return {
    id: taskId('build'),
    role: roleName('coder'),
    needs: [],
    dependants: [],
    wave: 0,
    rank: 1,
    priority: 0,
    order: 0,
    retries: 1,
    backoff: steadyBackoff,
    timeoutMs: 600_000,
    verifyTimeoutMs: 120_000,
    checked: false,
    approveWithinMs: null,
    ...given,
  };
}

/** What a test says of a task; its place in the graph is worked out. */
export type TaskSketch = Partial<Omit<TaskSpec, 'id' | 'needs'>> & {
  readonly id: string;
  readonly needs?: readonly string[];
};

export function planSpec(
  sketches: readonly TaskSketch[],
  given: Partial<Omit<PlanSpec, 'tasks'>> = {},
): PlanSpec {
  return {
    name: 'a-plan',
    mode: 'eager',
    concurrency: 4,
    onFailure: 'continue',
    budgetUsd: null,
    seed: 1,
    roles: [roleSpec()],
    ...given,
    tasks: wired(sketches),
  };
}

/** A plan whose graph may be broken in any way: the machine must see it by itself. */
export function unwiredPlan(tasks: readonly TaskSpec[], given: Partial<PlanSpec> = {}): PlanSpec {
  return { ...planSpec([]), ...given, tasks };
}

function wired(sketches: readonly TaskSketch[]): readonly TaskSpec[] {
  const tasks = sketches.map(({ id, needs = [], ...rest }) => ({
    ...rest,
    id: taskId(id),
    needs: needs.map(taskId),
  }));
  const [wave, rank, waiting] = [waves(tasks), ranks(tasks, () => 1), dependants(tasks)];
  const place = (id: TaskId) => ({
    wave: wave.get(id) ?? 0,
    rank: rank.get(id) ?? 0,
    dependants: waiting.get(id) ?? [],
  });
  return tasks.map((task, order) => taskSpec({ ...place(task.id), order, ...task }));
}
