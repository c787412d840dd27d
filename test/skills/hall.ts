/** Folders with skills in them, and a desk that looks at them. */
import { join } from 'node:path';
import { createTroupe } from '../../src/app.ts';
import { SkillDesk } from '../../src/skills/desk.ts';
import { writeFiles } from '../app/temp.ts';

export const skillText = (name: string, description: string, body = `How to ${name}.`): string =>
  `---\nname: ${name}\ndescription: ${description}\nlicense: MIT\n---\n${body}\n`;

/** `HOME` is below, so that nothing of the person's own is found. */
export function hallIn(cwd: string, files: Readonly<Record<string, string>> = {}) {
  writeFiles(cwd, files);
  const troupe = createTroupe({ cwd, home: join(cwd, '.troupe') });
  const environment = { ...troupe.config.environment, HOME: join(cwd, 'home') };
  const config = { ...troupe.config, environment };
  return { cwd, troupe, config, desk: new SkillDesk(config) };
}

export const yes = { agree: async () => true };
