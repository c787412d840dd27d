/** Reads a document part by part, so that one bad task does not hide the rest. */
import type { z } from 'zod';
import { complainAbout } from './problems/mistakes.ts';
import { type Path, quote } from './problems/problem.ts';
import type { Report } from './problems/report.ts';
import { fileSafeName } from './shapes/fields.ts';
import { headShape, roleShape, type taskShape } from './shapes/schema.ts';
import { taskReader } from './shapes/task-words.ts';

export type HeadPart = Omit<z.output<typeof headShape>, 'agents' | 'tasks'>;
export type RoleValue = z.output<typeof roleShape>;
export type TaskValue = z.output<typeof taskShape>;

export interface RolePart {
  readonly name: string;
  readonly path: Path;
  /** Null when something about it is wrong. */
  readonly value: RoleValue | null;
}

export interface TaskPart {
  readonly path: Path;
  /** As written, also when other things about the task are wrong; null when it is no text. */
  readonly id: string | null;
  readonly agent: string | null;
  readonly needs: readonly Need[];
  readonly value: TaskValue | null;
}

export interface Need {
  readonly id: string;
  readonly path: Path;
}

export interface Parts {
  readonly head: HeadPart | null;
  readonly roles: readonly RolePart[];
  readonly tasks: readonly TaskPart[];
}

export const tasksMax = 200_000;

/** What can be read; everything else is in the report. */
export function readParts(document: unknown, report: Report): Parts {
  const map = asMap(document);
  const tasks = map.tasks ?? [];
  // Of the list itself it is enough that it is one: its tasks are read below.
  const listed = Array.isArray(tasks) ? [] : tasks;
  const head = headShape.safeParse(map === document ? { ...map, tasks: listed } : document);
  if (!head.success) complainAbout(head.error.issues, document, [], report);
  const count = map === document && Array.isArray(tasks) ? tasks.length : null;
  if (count !== null) complainAboutCount(count, report);
  return {
    head: head.data ?? null,
    roles: readRoles(document, report),
    tasks:
      Array.isArray(tasks) && tasks.length <= tasksMax ? readTasks(document, tasks, report) : [],
  };
}

function complainAboutCount(count: number, report: Report): void {
  const path = ['tasks'];
  if (count === 0) {
    const said = { message: 'a plan needs at least one task', fix: 'add one, "- id: first"' };
    report.add({ code: 'plan.no-tasks', path, say: () => said });
  } else if (count > tasksMax) {
    const message = `${count} tasks are more than a plan can have, which is ${tasksMax}`;
    report.add({ code: 'plan.too-many-tasks', path, say: () => ({ message, fix: 'split it' }) });
  }
}

function readRoles(document: unknown, report: Report): RolePart[] {
  const { agents } = asMap(document);
  const roleName = fileSafeName('the name of a role');
  if (agents === asMap(agents) && Object.keys(agents).length === 0) {
    const said = { message: 'a plan needs at least one role', fix: 'add one, with its adapter' };
    report.add({ code: 'plan.no-roles', path: ['agents'], say: () => said });
  }
  return Object.entries(asMap(agents)).map(([name, given]) => {
    const path = ['agents', name];
    const named = roleName.safeParse(name);
    const role = roleShape.safeParse(given);
    if (!named.success) {
      const message = `${named.error.issues[0]?.message}, got ${quote(name)}`;
      report.add({ code: 'plan.bad-key', path, at: 'key', say: () => ({ message }) });
    }
    if (!role.success) complainAbout(role.error.issues, document, path, report);
    return { name, path, value: role.data ?? null };
  });
}

function readTasks(document: unknown, tasks: readonly unknown[], report: Report): TaskPart[] {
  const read = taskReader(tasks.length);
  return tasks.map((given, at) => {
    const path = ['tasks', at];
    const task = read(given);
    if (!task.success) complainAbout(task.error.issues, document, path, report);
    const { id, agent, needs } = asMap(given);
    return {
      path,
      id: typeof id === 'string' ? id : null,
      agent: typeof agent === 'string' ? agent : null,
      needs: readNeeds(needs, path),
      value: task.data ?? null,
    };
  });
}

const noNeeds: readonly Need[] = [];

function readNeeds(needs: unknown, path: Path): readonly Need[] {
  if (!Array.isArray(needs) || needs.length === 0) return noNeeds;
  return needs.flatMap((id: unknown, at) =>
    typeof id === 'string' ? [{ id, path: [...path, 'needs', at] }] : [],
  );
}

type LooseMap = Readonly<Record<string, unknown>>;

function asMap(value: unknown): LooseMap {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as LooseMap) : {};
}
