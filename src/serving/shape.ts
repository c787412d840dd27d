/** What a run consists of, and which of its tasks decide how long it takes. */
import type { TaskSpec } from '../../machines/plan.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { Core } from '../kernel/core.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunShape, TaskShape } from './wire.ts';

/** Also with tasks that came after the plan was submitted. */
export function shapeOf(id: string, plan: Plan, core: Core): RunShape {
  const specs = new Map<string, TaskSpec>(compilePlan(plan).tasks.map((spec) => [spec.id, spec]));
  for (const actor of [...core.registry.ended(), ...core.registry.living()]) {
    if (actor.chart.key !== 'task') continue;
    const { spec } = actor.state.context as TaskContext;
    if (!specs.has(spec.id)) specs.set(spec.id, spec);
  }
  const { name, description, mode, budgetUsd, concurrency } = plan;
  const roles = plan.roles.map((role) => ({ name: role.name, adapter: role.adapter }));
  const tasks = taskShapes([...specs.values()]);
  return { id, name, description, mode, budgetUsd, concurrency, roles, tasks };
}

function taskShapes(specs: readonly TaskSpec[]): readonly TaskShape[] {
  const critical = criticalPath(specs);
  return specs.map(({ id, role, needs, wave }) => {
    return { id, role, needs, wave, critical: critical.has(id) };
  });
}

/** From the task with the most still to come, always on to the heaviest of those that need it. */
function criticalPath(specs: readonly TaskSpec[]): ReadonlySet<string> {
  const path = new Set<string>();
  const byId = new Map<string, TaskSpec>(specs.map((spec) => [spec.id, spec]));
  let at = heaviest(specs.filter(({ needs }) => needs.length === 0));
  while (at && !path.has(at.id)) {
    path.add(at.id);
    at = heaviest(at.dependants.flatMap((id) => byId.get(id) ?? []));
  }
  return path;
}

function heaviest(specs: readonly TaskSpec[]): TaskSpec | null {
  return specs.reduce<TaskSpec | null>(
    (best, spec) => (best === null || spec.rank > best.rank ? spec : best),
    null,
  );
}
