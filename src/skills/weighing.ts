/** What past runs say of skills: how often tasks succeeded with one, and without. */
import { pastTasks } from '../learning/samples.ts';
import { fewTasks, type Sample, skillsOf, wilson } from '../learning/tally.ts';

export interface Rate {
  readonly tasks: number;
  readonly succeeded: number;
  /** Where the true share lies, with 95 % confidence (Wilson). */
  readonly between: readonly [number, number];
}

export interface SkillEffect {
  readonly with: Rate;
  /** Of the same roles. */
  readonly without: Rate;
  /** `unsure`: too few tasks, or what was seen may be chance. */
  readonly verdict: 'helps' | 'harms' | 'unsure';
}

/** By the name of the skill. */
export async function skillEffects(home: string): Promise<ReadonlyMap<string, SkillEffect>> {
  return effectsIn((await pastTasks(home)).samples);
}

/** Tasks that were skipped or called off say nothing of either. */
export function effectsIn(samples: readonly Sample[]): ReadonlyMap<string, SkillEffect> {
  const ended = samples.filter(({ result }) => ['completed', 'failed'].includes(result.status));
  const names = new Set(ended.flatMap(skillsOf));
  return new Map([...names].map((name) => [name, effectOf(name, ended)]));
}

function effectOf(name: string, ended: readonly Sample[]): SkillEffect {
  const has = (sample: Sample): boolean => skillsOf(sample).includes(name);
  const roles = new Set(ended.filter(has).map(({ role }) => role));
  const [using, others] = [
    rateOf(ended.filter(has)),
    rateOf(ended.filter((sample) => roles.has(sample.role) && !has(sample))),
  ];
  return { with: using, without: others, verdict: verdictOn(using, others) };
}

function rateOf(ended: readonly Sample[]): Rate {
  const tasks = ended.length;
  const succeeded = ended.filter(({ result }) => result.status === 'completed').length;
  return { tasks, succeeded, between: wilson(succeeded, tasks) };
}

/** Only where neither can have been the other by chance. */
function verdictOn(using: Rate, others: Rate): SkillEffect['verdict'] {
  if (Math.min(using.tasks, others.tasks) < fewTasks) return 'unsure';
  if (using.between[0] > others.between[1]) return 'helps';
  return using.between[1] < others.between[0] ? 'harms' : 'unsure';
}
