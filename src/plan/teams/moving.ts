/** A task of a team's plan, as it reads in the plan around it: under the team's name. */

import { inputVariable } from '../inputs.ts';
import { renamedHeal } from '../shapes/heal.ts';
import type { PlanDocument } from '../shapes/schema.ts';
import { literalTemplate, parseTemplate, type Reference } from '../templates.ts';

type TaskDocument = PlanDocument['tasks'][number];
type RoleDocument = PlanDocument['agents'][string];
type CheckDocument = Extract<NonNullable<TaskDocument['verify']>, readonly unknown[]>[number];

export interface Moving {
  readonly team: string;
  /** What all of the team waits for. */
  readonly needs: readonly string[];
  /** Values of its inputs, as templates of the plan around it. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Of a plan in a file of its own; null: that of the plan around it. */
  readonly folder: string | null;
  readonly priority: number | undefined;
  /** Of the team: whom its tasks may ask that name nobody. */
  readonly roles: readonly string[];
}

export function roleOfTeam(role: RoleDocument, concurrency: number, team: string): RoleDocument {
  const { handsTo, fallback } = role;
  const full = (name: string): string => `${team}.${name}`;
  const moved = {
    ...(handsTo && { handsTo: handsTo.map(full) }),
    ...(fallback && { fallback: fallback.map(full) }),
  };
  return { ...role, ...moved, concurrency: Math.min(role.concurrency ?? concurrency, concurrency) };
}

/** `bare`: roles whose tasks have no environment. */
export function memberOf(
  task: TaskDocument,
  moving: Moving,
  bare: ReadonlySet<string>,
): TaskDocument {
  const full = (id: string): string => `${moving.team}.${id}`;
  const text = (given: string): string => textIn(given, moving);
  const { gather, subtasks, heal, agent = '', partOf, prompt, run, verify } = task;
  const inputs = bare.has(agent) ? {} : variablesOf(moving);
  const env = { ...inputs, ...mapped(task.env ?? {}, text) };
  return {
    ...task,
    id: full(task.id),
    agent: full(agent),
    needs: [...moving.needs, ...(task.needs ?? []).map(full)],
    partOf: partOf === undefined ? moving.team : full(partOf),
    priority: (task.priority ?? 0) + (moving.priority ?? 0),
    ...(typeof prompt === 'string' && { prompt: text(prompt) }),
    ...(Array.isArray(run) && { run: run.map(text) }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(Array.isArray(verify) && { verify: verify.map((check) => checkIn(check, moving)) }),
    ...(gather && { gather: movedGather(gather, full) }),
    ...(heal !== undefined && { heal: renamedHeal(heal, full) }),
    ...(subtasks && {
      subtasks: { ...subtasks, agents: (subtasks.agents ?? moving.roles).map(full) },
    }),
  };
}

/** A shell line is told of inputs by nothing else. */
function variablesOf({ inputs }: Moving): Record<string, string> {
  const entries = [...inputs].map(([name, text]) => [inputVariable(name), text] as const);
  return Object.fromEntries(entries);
}

const mapped = (env: Readonly<Record<string, string>>, text: (given: string) => string) =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, text(value)]));

type Gather = NonNullable<TaskDocument['gather']>;

function movedGather(gather: Gather, full: (id: string) => string): Gather {
  const { judge } = gather;
  return { ...gather, from: gather.from.map(full), ...(judge && { judge: full(judge) }) };
}

function checkIn(check: CheckDocument, moving: Moving): CheckDocument {
  const text = (given: string): string => textIn(given, moving);
  if ('run' in check)
    return Array.isArray(check.run) ? { ...check, run: check.run.map(text) } : check;
  if ('file' in check) return { ...check, file: text(check.file) };
  if (!('review' in check)) return check;
  const { review } = check;
  const agent = `${moving.team}.${review.agent}`;
  return { review: { ...review, agent, ...(review.prompt && { prompt: text(review.prompt) }) } };
}

/** The same template, in the names of the plan around it. */
function textIn(given: string, moving: Moving): string {
  const { parts } = parseTemplate(given);
  const texts = parts.map((part, at) => {
    if (part.kind === 'text') {
      const literal = literalTemplate(part.text);
      // A backslash at its end would keep the braces that follow as text.
      return at < parts.length - 1
        ? literal.replace(/\\+$/, (slashes) => slashes + slashes)
        : literal;
    }
    return part.kind === 'value' ? valueIn(part.reference, part.source, moving) : part.source;
  });
  return texts.join('');
}

function valueIn(reference: Reference, source: string, { team, inputs, folder }: Moving): string {
  switch (reference.kind) {
    case 'input':
      return inputs.get(reference.name) ?? '';
    case 'output':
    case 'artifacts':
      return `{{results.${team}.${reference.task}.${reference.kind}}}`;
    case 'plan-folder':
      return folder === null ? source : literalTemplate(folder);
    case 'own-artifacts':
    case 'context':
      return source;
  }
}
