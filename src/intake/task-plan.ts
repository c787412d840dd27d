/** A task that came by itself becomes a plan of one task, for one of the project's roles. */
import { checkPlan } from '../plan/check.ts';
import type { Plan } from '../plan/plan.ts';
import { type Project, underProject } from '../plan/project.ts';
import { literalTemplate } from '../plan/templates.ts';
import type { Asked } from './task-file.ts';

/** The task has the name of what it was asked as. Throws a PlanError when no role can do it. */
export function planFor(asked: Asked, project: Project | null): Plan {
  const { id, prompt, agent } = asked;
  const task = { id, prompt: literalTemplate(prompt), ...(agent !== null && { agent }) };
  const document = { name: id, tasks: [task] };
  return checkPlan(project ? underProject(document, project) : document, {
    ...{ file: 'the task', folder: null, defaultName: id, locate: () => null },
  });
}
