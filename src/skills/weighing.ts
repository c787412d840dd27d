/** What past runs say of skills: how often tasks succeeded with one, and without. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listRuns, type RunFolder, readOrder } from '../runs/folder.ts';
import type { TaskResult } from '../runs/results.ts';

export interface Rate {
  readonly tasks: number;
  readonly succeeded: number;
}

export interface SkillEffect {
  readonly with: Rate;
  /** Of the same roles. */
  readonly without: Rate;
}

interface Ended {
  readonly role: string;
  readonly skills: readonly string[];
  readonly isDone: boolean;
}

const runsMax = 500;

/** By the name of the skill. Tasks that were skipped or called off say nothing of either. */
export async function skillEffects(home: string): Promise<ReadonlyMap<string, SkillEffect>> {
  const runs = (await listRuns(home)).slice(0, runsMax);
  const ended = (await Promise.all(runs.map(endedIn))).flat();
  const names = new Set(ended.flatMap(({ skills }) => skills));
  const effects = [...names].map((name) => {
    const users = ended.filter(({ skills }) => skills.includes(name));
    const roles = new Set(users.map(({ role }) => role));
    const others = ended.filter(({ role, skills }) => roles.has(role) && !skills.includes(name));
    return [name, { with: rateOf(users), without: rateOf(others) }] as const;
  });
  return new Map(effects);
}

const rateOf = (ended: readonly Ended[]): Rate => ({
  tasks: ended.length,
  succeeded: ended.filter(({ isDone }) => isDone).length,
});

async function endedIn(folder: RunFolder): Promise<readonly Ended[]> {
  try {
    const { plan } = await readOrder(folder);
    const roleOf = new Map(plan.tasks.map(({ id, role }) => [id, role]));
    const files = readdirSync(folder.results).filter((name) => name.endsWith('.json'));
    return files.flatMap((name) => {
      const text = readFileSync(join(folder.results, name), 'utf8');
      const { task_id: task, status, skills = [] } = JSON.parse(text) as TaskResult;
      const role = roleOf.get(task);
      if (role === undefined || (status !== 'completed' && status !== 'failed')) return [];
      return [{ role, skills: skills.map((each) => each.name), isDone: status === 'completed' }];
    });
  } catch {
    // A run that can't be read says nothing.
    return [];
  }
}
