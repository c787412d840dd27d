/** `--set tasks.build.retries=3`: one word of a plan changed, and the plan checked anew. */
import { UserError } from '../kernel/user-error.ts';
import { checkPlan } from './check.ts';
import { documentOf } from './document.ts';
import { keepPins } from './pins.ts';
import type { Plan } from './plan.ts';
import { suggest } from './problems/nearest.ts';
import { type Path, quote } from './problems/problem.ts';
import { parseYaml } from './text/yaml-text.ts';

/** A place in the plan in the words of its document, and what stands there from now on. */
export interface Setting {
  /** `tasks.build.prompt` */
  readonly key: string;
  readonly text: string;
}

const heads = ['concurrency', 'onFailure', 'budget', 'tasks', 'agents'];
/** What stands there is taken as it is written, also when it looks like something else. */
const textual = /^tasks\..+\.prompt$|^(tasks|agents)\..+\.env\.[^.]+$|\.matches$/;

/** Throws a PlanError when the changed plan is no plan, a UserError when a key leads nowhere. */
export function changePlan(plan: Plan, settings: readonly Setting[]): Plan {
  if (settings.length === 0) return plan;
  const document = structuredClone(documentOf(plan)) as Record<string, unknown>;
  for (const setting of settings) put(document, pathOf(plan, setting), meantBy(setting));
  const changed = checkPlan(document, {
    file: 'the changed plan',
    folder: plan.folder,
    defaultName: plan.name,
    locate: () => null,
  });
  return keepPins(plan, changed);
}

/** The names of tasks and roles may hold dots: the longest that fits is meant. */
function pathOf(plan: Plan, { key, text }: Setting): Path {
  const [head = '', ...rest] = key.split('.');
  if (head === 'tasks') {
    const [id, field] = nameIn(
      key,
      rest,
      'task',
      plan.tasks.map(({ id: each }) => each),
    );
    refuseFixed(key, field);
    return ['tasks', plan.tasks.findIndex((task) => task.id === id), ...field];
  }
  if (head === 'agents') {
    const [name, field] = nameIn(
      key,
      rest,
      'role',
      plan.roles.map((role) => role.name),
    );
    refuseInherited(key, field, plan, name);
    return ['agents', name, ...field];
  }
  if (key === 'budget') return text.trim() === '' ? ['budget'] : ['budget', 'usd'];
  if (heads.includes(head)) return [head, ...rest];
  throw noSuchKey(key, head);
}

function nameIn(
  key: string,
  parts: readonly string[],
  what: 'task' | 'role',
  known: readonly string[],
): [name: string, field: readonly string[]] {
  for (let length = parts.length - 1; length > 0; length -= 1) {
    const name = parts.slice(0, length).join('.');
    if (known.includes(name)) return [name, parts.slice(length)];
  }
  const [given = ''] = parts;
  const near = known.includes(given) ? 'say what of it: add a field' : suggest(given, known);
  const why = `${quote(key)} names no ${what} and field of the plan; ${near}`;
  throw new UserError(`${what}.unknown`, why, 'write it as tasks.TASK.FIELD or agents.ROLE.FIELD');
}

function refuseFixed(key: string, [field = '']: readonly string[]): void {
  if (!['id', 'needs', 'agent'].includes(field)) return;
  const why = 'who does a task, and what it needs, is settled once a run has begun';
  throw new UserError(
    'fork.fixed',
    `${key} can't be changed: ${why}`,
    'begin a new run with the changed plan: troupe run PLAN',
  );
}

/** In a plan that is checked, every task has a word of its own for what its role may say. */
function refuseInherited(
  key: string,
  [field = '']: readonly string[],
  { tasks }: Plan,
  role: string,
): void {
  if (field !== 'timeout' && field !== 'retries') return;
  const example = tasks.find((task) => task.role === role)?.id ?? 'TASK';
  throw new UserError(
    'fork.inherited',
    `${key} says nothing any more: each task of ${role} has its own`,
    `set it for the tasks: --set tasks.${example}.${field}=...`,
  );
}

function noSuchKey(key: string, head: string): UserError {
  const near = suggest(head, heads) || `there are ${heads.join(', ')}`;
  return new UserError(
    'fork.unknown-key',
    `${quote(key)} is nothing that can be set; ${near}`,
    'for example: --set concurrency=8 --set tasks.build.retries=3',
  );
}

/** As it would be read in a plan's file; a line that is no YAML is a text. */
function meantBy({ key, text }: Setting): unknown {
  if (textual.test(key)) return text;
  const { document, faults } = parseYaml(text);
  return faults.length > 0 ? text : (document?.toJS() ?? undefined);
}

/** Maps on the way are made; nothing, put somewhere, takes away what was there. */
function put(document: Record<string, unknown>, path: Path, value: unknown): void {
  const last = path.at(-1) as string;
  let inner = document;
  for (const part of path.slice(0, -1)) {
    const next = inner[part];
    const isMap = typeof next === 'object' && next !== null;
    inner[part] = isMap ? next : {};
    inner = inner[part] as Record<string, unknown>;
  }
  if (value === undefined || value === null) delete inner[last];
  else inner[last] = value;
}
