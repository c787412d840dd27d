/** Which programs the agents of a role will start, as far as a plan alone says it. */
import { environmentOf, type Plan, type PlanRole, runOf } from './plan.ts';
import { runArgv } from './shell.ts';
import { hasTemplate } from './templates.ts';

/**
 * Those looked for along the PATH: an earlier task may make the program that a path names, and a
 * PATH of the plan's own may hold templates.
 */
export function programsOf(plan: Plan, role: PlanRole): readonly string[] {
  const names = new Set<string>();
  for (const task of plan.tasks) {
    if (task.role !== role.name) continue;
    const run = runOf(task, role);
    const [name] = run ? runArgv(run, process.platform) : [];
    if (name === undefined || hasTemplate(name) || /[\\/]/.test(name)) continue;
    if (Object.keys(environmentOf(task, role)).includes('PATH')) continue;
    names.add(name);
  }
  return [...names];
}
