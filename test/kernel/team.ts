/** A small team of the product's machines, whose work ends as a script says. */

import { type AgentId, roleName, type TaskId, taskId } from '../../machines/ids.ts';
import { agentMachine, orchestratorMachine, supervisorMachine } from '../../machines/index.ts';
import { noOutput, noUsage, type Outcome } from '../../machines/outcome.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import { taskMachine } from '../../machines/task.ts';
import type { Behaviours } from '../../src/kernel/behaviours.ts';

export const teamMachines = [orchestratorMachine, taskMachine, agentMachine, supervisorMachine];

const measured = { durationMs: 7, output: noOutput, usage: noUsage, evidence: [] };

export const succeeded: Outcome = { kind: 'succeeded', ...measured };

export const failed = (code: string, retryable = true): Outcome => ({
  kind: 'failed',
  fault: { code, message: `it was ${code}`, retryable },
  ...measured,
});

export const limited = (waitMs: number): Outcome => ({
  kind: 'limited',
  fault: { code: 'account.limited', message: 'later', retryable: true },
  waitMs,
  ...measured,
});

const backoff = { initialMs: 1_000, factor: 2, maxMs: 10_000, jitter: 0.5 };

export function roleSpec(name: string, count: number, given: Partial<RoleSpec> = {}): RoleSpec {
  return {
    ...{ name: roleName(name), count, concurrency: count, restart: 'one_for_one', handoff: false },
    ...{ maxRestarts: 3, periodMs: 60_000, backoff, attemptUsdMax: 0 },
    ...given,
  };
}

export interface TaskSketch extends Partial<Omit<TaskSpec, 'id' | 'needs' | 'role'>> {
  readonly id: string;
  readonly role?: string;
  readonly needs?: readonly string[];
}

/** Whatever a sketch leaves out is worked out as the plan compiler does, only more simply. */
export function planSpec(
  sketches: readonly TaskSketch[],
  roles: readonly RoleSpec[],
  given: Partial<PlanSpec> = {},
): PlanSpec {
  const waves = new Map<string, number>();
  for (const { id, needs = [] } of sketches) {
    waves.set(id, Math.max(0, ...needs.map((need) => (waves.get(need) ?? 0) + 1)));
  }
  const tasks = sketches.map((sketch, order): TaskSpec => {
    const { id, role = 'coder', needs = [], ...rest } = sketch;
    const dependants = sketches.filter((other) => other.needs?.includes(id));
    return {
      ...{ id: taskId(id), role: roleName(role), needs: needs.map(taskId) },
      dependants: dependants.map((other) => taskId(other.id)),
      ...{ wave: waves.get(id) ?? 0, rank: sketches.length - order, priority: 0, order },
      ...{ retries: 0, backoff, timeoutMs: 60_000, verifyTimeoutMs: 5_000, checked: false },
      approveWithinMs: null,
      ...rest,
    };
  });
  const shape = { name: 'team', mode: 'eager', concurrency: 4, onFailure: 'continue' } as const;
  return { ...shape, budgetUsd: null, seed: 1, roles, tasks, ...given };
}

export interface WorkOrder {
  readonly task: TaskId;
  readonly attempt: number;
  readonly agent: AgentId;
}

/** How each attempt ends; a throw is an adapter that broke its word. */
export type Script = (order: WorkOrder) => Outcome | Promise<Outcome>;

export function teamBehaviours(script: Script): Behaviours {
  return {
    agent: {
      open: () => null,
      work: ({ input }) => script(input as WorkOrder),
    },
    task: {
      verify: () => ({ evidence: [], fault: null }),
      record: () => {},
    },
    orchestrator: { conclude: () => {} },
  };
}
