/** A file of the inbox becomes a task: its words checked, every mistake with its line. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { complainAbout } from '../plan/problems/mistakes.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { quote } from '../plan/problems/problem.ts';
import { createReport, type Report } from '../plan/problems/report.ts';
import { fileSafeName, words } from '../plan/shapes/fields.ts';
import { readDocument } from '../plan/text/read-document.ts';

const priorities = { low: -1, normal: 0, high: 1 } as const;
type Priority = keyof typeof priorities;

const priorityWords = { error: 'expected a whole number, or low, normal or high' };
const priorityMax = 1_000_000;

const emptyHint = 'A task is one object: { "id": "a", "prompt": "what is to be done" }.';

const shape = z.strictObject(
  {
    id: fileSafeName('a task id').optional(),
    prompt: words('text'),
    /** Text, or any data: the agent gets it as JSON. */
    context: z.unknown().optional(),
    priority: z
      .union(
        [
          z.number(priorityWords).int(priorityWords).min(-priorityMax).max(priorityMax),
          z.enum(['low', 'normal', 'high'], priorityWords),
        ],
        priorityWords,
      )
      .default(0),
    agent: words('the name of a role').optional(),
  },
  { error: 'expected a map with id, prompt, context and priority' },
);

/** What is asked for, whoever brought it. */
export interface Asked {
  readonly id: string;
  /** With what it should know beside that. */
  readonly prompt: string;
  /** Higher goes first. */
  readonly priority: number;
  /** The role; null: the only one there is. */
  readonly agent: string | null;
}

/** `name`: of the file, whose beginning is the id when it says none. Throws a PlanError. */
export function readTask(text: string, name: string, roles: readonly string[]): Asked {
  const { value, source } = readDocument(text, { file: name, folder: '/', emptyHint });
  const report = createReport(source);
  refuseKeys(value, report);
  const read = shape.safeParse(value);
  if (!read.success) {
    const issues = read.error.issues.filter(({ code }) => code !== 'unrecognized_keys');
    complainAbout(issues, value, [], report);
  }
  report.throwIfAny();
  const { id = stemOf(name), prompt, context, priority, agent = null } = shape.parse(value);
  if (!fileSafeName('').safeParse(id).success) {
    const fix = 'give it one of letters, digits, "_", "-" or "."';
    const message = `there is no id, and ${quote(id)} can't be one`;
    report.add({ code: 'task.no-id', path: [], say: () => ({ message, fix }) });
  }
  if (agent !== null && !roles.includes(agent)) refuseAgent(agent, roles, report);
  report.throwIfAny();
  return { id, prompt: withContext(prompt, context), priority: rankOf(priority), agent };
}

/** What it would be called, were it readable. */
export const stemOf = (name: string): string => name.replace(/\.json$/i, '');

/** Two files with the same words ask for the same thing. */
export const hashOf = ({ prompt, priority, agent }: Asked): string =>
  createHash('sha256')
    .update(JSON.stringify([prompt, priority, agent]))
    .digest('hex');

/** Nothing that is still being written can be read as a whole object. */
export function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function rankOf(priority: number | Priority): number {
  return typeof priority === 'number' ? priority : priorities[priority];
}

function withContext(prompt: string, context: unknown): string {
  if (context === undefined || context === null || context === '') return prompt;
  const told = typeof context === 'string' ? context : JSON.stringify(context, null, 2);
  return `${prompt}\n\nContext:\n${told}`;
}

function refuseKeys(value: unknown, report: Report): void {
  const known = Object.keys(shape.shape);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  for (const key of isMap ? Object.keys(value) : []) {
    if (known.includes(key)) continue;
    const fix = suggest(key, known) || `known: ${known.join(', ')}`;
    const said = { message: `there is no key ${quote(key)} here`, fix };
    report.add({ code: 'task.unknown-key', path: [key], at: 'key', say: () => said });
  }
}

function refuseAgent(agent: string, roles: readonly string[], report: Report): void {
  const fix = suggest(agent, roles) || `there are ${roles.join(', ') || 'none'}`;
  const said = { message: `no role of troupe.yaml is called ${quote(agent)}`, fix };
  report.add({ code: 'task.unknown-agent', path: ['agent'], say: () => said });
}
