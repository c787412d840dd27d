/** The words of a role about what its agents are told and shown: its prompt, skills, template. */
import { z } from 'zod';
import { fileSafeName, text, words } from './fields.ts';

const skillsError = { error: 'expected a list of skills' };

export const roleWords = {
  prompt: text().optional().describe('Stands before the prompt of each of its tasks.'),
  skills: z
    .union([
      z.array(words('the name of a skill'), skillsError),
      z.literal('auto', { error: 'expected a list of skills, or auto' }),
    ])
    .optional()
    .describe('Skills that its agents are given: a list, or auto for those that fit the task.'),
} as const;

export const templateWords = {
  template: fileSafeName('the name of a template').describe('See `troupe templates list`.'),
  with: z
    .record(z.string(), text(), { error: 'expected a map of variables to texts' })
    .optional()
    .describe('Values of the variables of its template: { test: npm test }.'),
} as const;
