/** A skill in the Agent Skills format: its SKILL.md says what it is for, and how. Pure. */
import { z } from 'zod';
import { UserError } from '../kernel/user-error.ts';
import { complainAbout } from '../plan/problems/mistakes.ts';
import { createReport } from '../plan/problems/report.ts';
import { readMatter } from '../plan/text/front-matter.ts';

export const skillFile = 'SKILL.md';
export const skillBytesMax = 128 * 1024;

const shape = z.object({
  name: z
    .string({ error: 'expected the name of the skill' })
    .regex(/^[a-z0-9](-?[a-z0-9]){0,63}$/, {
      error: 'expected 1 to 64 small letters and digits, with single "-" between them',
    }),
  description: z
    .string({ error: 'expected what it is for, and when' })
    .regex(/\S/, { error: 'expected what it is for, and when' })
    .max(1_024, { error: 'expected 1,024 characters at most' })
    // What is shown in a terminal must not steer it.
    .regex(/^[^\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u, {
      error: 'expected one line without control characters',
    }),
});

export interface Skill {
  readonly name: string;
  readonly description: string;
  /** What an agent is told. */
  readonly body: string;
}

/** What else its front matter says is for others. Throws a UserError with its lines. */
export function parseSkill(text: string, file: string, folder: string): Skill {
  const matter = readMatter(text, file, folder);
  if (!matter) {
    const message = `${file} does not begin with front matter between two lines of "---"`;
    throw new UserError('skill.no-matter', message, 'add it, with name and description');
  }
  const report = createReport(matter.source);
  const read = shape.safeParse(matter.value);
  if (!read.success) complainAbout(read.error.issues, matter.value, [], report);
  report.throwIfAny();
  const { name, description } = read.data as z.output<typeof shape>;
  return { name, description: description.trim(), body: matter.body };
}
