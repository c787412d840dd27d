/** What an agent that only pretends asks for: as many tasks as it may, and one that joins them. */
import type { TaskSpec } from '../../machines/plan.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import type { Phase } from './briefing.ts';
import { type Asker, draftOf, rolesOf } from './draft.ts';

/** How many a simulated task asks for. */
export const askedMax = 5;

/** What the tasks of a simulated world ask for: the same whenever it is asked. */
export function pretendedAsking(plan: Plan): (task: string) => readonly TaskSpec[] {
  const asking = new Map(
    plan.tasks
      .filter(({ subtasks, heal }) => subtasks ?? heal?.split)
      .map((each) => [each.id, each]),
  );
  // Most plans have none, and may be large.
  if (asking.size === 0) return () => [];
  const specs = compilePlan(plan).tasks.filter(({ id }) => asking.has(id));
  const asked = new Map(
    specs.map((spec) => {
      const task = asking.get(spec.id) as PlanTask;
      const count = task.subtasks?.count ?? task.heal?.split?.count ?? 0;
      const delegation = spec.delegation ?? { count, depth: 1, approveWithinMs: null };
      const asked = { ...spec, delegation };
      const left = Math.min(askedMax, count);
      const asker: Asker = { plan, task, spec: asked, left, known: new Set() };
      return [spec.id as string, draftOf(pretendedPlan(asker, 'planning'), 'plan.json', asker)];
    }),
  );
  return (task) => asked.get(task) ?? [];
}

/** Empty when it asks for nothing: only a plan that is wanted is pretended. */
export function pretendedPlan(asker: Asker, phase: Phase): string {
  if (phase !== 'planning') return '';
  const [first = '', ...others] = rolesOf(asker).filter((role) => role !== asker.task.role);
  const roles = first === '' ? [asker.task.role] : [first, ...others];
  const parts = Array.from({ length: Math.max(1, asker.left - 1) }, (_, at) => ({
    id: `part-${at + 1}`,
    agent: roles[at % roles.length],
    prompt: `Pretend to do part ${at + 1}.`,
  }));
  const [agent] = roles;
  const needs = parts.map(({ id }) => id);
  const join = { id: 'join', agent, needs, prompt: 'Pretend to put the parts together.' };
  return JSON.stringify({ tasks: asker.left > 1 ? [...parts, join] : parts });
}
