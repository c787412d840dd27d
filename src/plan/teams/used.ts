/** A team brings no role along that none of its tasks can be given to. */

import { heirsOf, type Plan } from '../plan.ts';
import type { PlanHeal } from '../shapes/heal.ts';

const planners = (heal: PlanHeal | undefined): readonly string[] =>
  heal?.split ? [heal.split.role, ...heal.split.agents] : [];

export function pruned(plan: Plan): Plan {
  const all = plan.roles.map(({ name }) => name);
  const used = new Set(
    plan.tasks.flatMap(({ role, review, subtasks, heal }) => {
      const asked = subtasks ? (subtasks.agents ?? all) : [];
      return [role, ...(review ? [review.role] : []), ...asked, ...planners(heal)];
    }),
  );
  for (const role of plan.roles) {
    if (used.has(role.name)) for (const heir of heirsOf(role)) used.add(heir);
  }
  return { ...plan, roles: plan.roles.filter(({ name, resolves }) => resolves || used.has(name)) };
}
