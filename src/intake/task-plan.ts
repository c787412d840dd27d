/** A task that came by itself becomes a plan of one task, for one of the project's roles. */
import { UserError } from '../kernel/user-error.ts';
import { checkPlan } from '../plan/check.ts';
import type { Plan } from '../plan/plan.ts';
import { type Project, underProject } from '../plan/project/project.ts';
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

/** Who works on it. Throws a UserError when nobody knows. */
export function roleFor(what: string, agent: string | null, roles: readonly string[]): string {
  const [only, second] = roles;
  const known = roles.length === 0 ? 'troupe.yaml names none' : `there are ${roles.join(', ')}`;
  const hint = 'name one of "agents:" of troupe.yaml there, or at inbox: { agent: ... }';
  if (agent !== null && roles.includes(agent)) return agent;
  if (agent !== null) {
    throw new UserError(
      'task.unknown-agent',
      `${what}: no role is called "${agent}"; ${known}`,
      hint,
    );
  }
  if (only !== undefined && second === undefined) return only;
  throw new UserError('task.no-agent', `${what}: it says no agent; ${known}`, hint);
}
