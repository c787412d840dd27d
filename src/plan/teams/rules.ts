/** What must hold of a task that is a team, beside its words. */

import { type Path, quote } from '../problems/problem.ts';
import type { Complaint } from '../problems/report.ts';
import type { PlanDocument } from '../shapes/schema.ts';
import { type Loose, mapOf } from './loose.ts';
import { aggregateOf } from './words.ts';

export type TeamTask = PlanDocument['tasks'][number];

const never = ['prompt', 'run', 'env', 'workspace', 'approve', 'approveWithin', 'gather'] as const;
/** For whoever plans how to reach a goal. */
const ofGoals = ['agent', 'subtasks', 'timeout', 'retries', 'backoff'] as const;
/** What a team's plan can't say: it belongs to the run. */
const ofTheRun = ['accounts', 'subtasks', 'onFailure', 'mode', 'seed'] as const;

export function complaintsAbout(task: TeamTask, path: Path, document: Loose): Complaint[] {
  const isGoal = task.goal !== undefined;
  const complaints: Complaint[] = [];
  const add = (key: string, message: string, fix: string): void => {
    const place = { path: [...path, key], at: 'key' } as const;
    complaints.push({ code: 'plan.team-word', ...place, say: () => ({ message, fix }) });
  };
  if (isGoal && task.plan !== undefined) {
    add('goal', 'a team has a plan or a goal, not both', 'leave one out');
  }
  for (const key of isGoal ? never : [...never, ...ofGoals]) {
    if (task[key] === undefined) continue;
    add(key, `${quote(key)} says nothing about a team`, 'say it of a task inside of its plan');
  }
  for (const key of ofTheRun) {
    if (mapOf(task.plan)[key] === undefined) continue;
    add('plan', `${quote(key)} is of a whole run, and no team's`, 'leave it out of its plan');
  }
  const { how, agent } = aggregateOf(task.aggregate);
  const asks = how === 'judge' || how === 'reduce';
  if (asks && agent === undefined) {
    add('aggregate', `${how} needs somebody`, `write { how: ${how}, agent: the name of a role }`);
  }
  if (!asks && agent !== undefined) {
    add('aggregate', `nobody is asked to ${how}`, 'leave "agent" out, or write judge or reduce');
  }
  const taken = Object.keys(mapOf(document.agents)).find((name) => name.startsWith(`${task.id}.`));
  if (taken !== undefined) {
    add('id', `the role ${quote(taken)} would be one of the team`, 'rename one of them');
  }
  return complaints;
}
