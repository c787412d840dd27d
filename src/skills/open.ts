/** The way to the skills of a project; what it leads to is loaded when it is taken. */
import type { Config } from '../config.ts';
import type { SkillDesk } from './desk.ts';

export async function openSkills(config: Config): Promise<SkillDesk> {
  const { SkillDesk } = await import('./desk.ts');
  return new SkillDesk(config);
}
