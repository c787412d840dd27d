/** `--set concurrency=8`: a plan with one thing changed, and what a run under way is told of it. */
import type { z } from 'zod';
import { roleName, taskId } from '../../../machines/ids.ts';
import type { PlanAmendment, PlanSpec } from '../../../machines/plan.ts';
import { UserError } from '../../kernel/user-error.ts';
import { compilePlan } from '../../plan/compile.ts';
import { suggest } from '../../plan/nearest.ts';
import type { Plan } from '../../plan/plan.ts';
import { show } from '../../plan/problem.ts';
import { planShape, roleShapes, simulateShape, taskShape } from '../../plan/schema.ts';

type Words = Readonly<Record<string, z.ZodType>>;

const { concurrency, onFailure, mode } = planShape.shape;
const ofPlan: Words = { concurrency, onFailure, mode };
const { count, concurrency: atOnce, maxRestarts } = roleShapes.command.shape;
const limitsOfRole: Words = { count, concurrency: atOnce, maxRestarts };
const ofRole: Words = { ...limitsOfRole, ...simulateShape.shape };
const { retries, timeout, priority } = taskShape.shape;
const ofTask: Words = { retries, timeout, priority };

const hint =
  'such as concurrency=8, agents.coder.count=4, agents.coder.work=5m..20m, tasks.a.retries=2';

/** The plan with each change made, in their order. */
export function withSettings(plan: Plan, settings: readonly string[]): Plan {
  return settings.reduce(withSetting, plan);
}

function withSetting(plan: Plan, setting: string): Plan {
  const at = setting.indexOf('=');
  if (at < 1) throw mistaken(`"${setting}" sets nothing`);
  const [path, given] = [setting.slice(0, at), setting.slice(at + 1)];
  const [, noun, name = '', key = path] = /^(agents|tasks)\.(.+)\.(\w+)$/.exec(path) ?? [];
  switch (noun) {
    case 'agents':
      return withRole(plan, name, key, readValue(path, key, given, ofRole));
    case 'tasks':
      return withTask(plan, name, key, readValue(path, key, given, ofTask));
    default:
      return { ...plan, [key]: readValue(path, key, given, ofPlan) };
  }
}

/** As the plan's own schema reads it. */
function readValue(path: string, key: string, given: string, words: Words): unknown {
  const shape = Object.hasOwn(words, key) ? words[key] : undefined;
  if (!shape) {
    throw mistaken(`${path} can not be set; ${suggest(key, Object.keys(words))}`);
  }
  const value = given.trim() !== '' && Number.isFinite(Number(given)) ? Number(given) : given;
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  throw mistaken(`${path}: ${read.error.issues[0]?.message}, got ${show(value)}`);
}

function withRole(plan: Plan, name: string, key: string, value: unknown): Plan {
  known(
    'role',
    name,
    plan.roles.map((role) => role.name),
  );
  const change = <Role extends Plan['roles'][number]>(role: Role): Role => {
    if (role.name !== name) return role;
    if (Object.hasOwn(limitsOfRole, key)) return { ...role, [key]: value };
    return { ...role, simulate: { ...role.simulate, [key]: value } };
  };
  return { ...plan, roles: plan.roles.map(change) };
}

function withTask(plan: Plan, name: string, key: string, value: unknown): Plan {
  known(
    'task',
    name,
    plan.tasks.map(({ id }) => id),
  );
  const field = key === 'timeout' ? 'timeoutMs' : key;
  const tasks = plan.tasks.map((task) => (task.id === name ? { ...task, [field]: value } : task));
  return { ...plan, tasks };
}

function known(what: string, name: string, names: readonly string[]): void {
  if (!names.includes(name))
    throw mistaken(`no ${what} is called "${name}"; ${suggest(name, names)}`);
}

function mistaken(message: string): UserError {
  return new UserError('simulate.setting', message, hint);
}

/** What a run that goes by the one plan must be told to go by the other; null: nothing. */
export function amendmentOf(before: Plan, after: Plan): PlanAmendment | null {
  if (before.mode !== after.mode) throw mistaken('the mode of a run under way stays as it is');
  const [old, now] = [compilePlan(before), compilePlan(after)];
  const roles = rolesIn(old, now);
  const tasks = tasksIn(old, now);
  const amendment: PlanAmendment = {
    ...(old.concurrency !== now.concurrency && { concurrency: now.concurrency }),
    ...(old.onFailure !== now.onFailure && { onFailure: now.onFailure }),
    ...(roles.length > 0 && { roles }),
    ...(tasks.length > 0 && { tasks }),
  };
  return Object.keys(amendment).length > 0 ? amendment : null;
}

function rolesIn(before: PlanSpec, after: PlanSpec) {
  return after.roles.flatMap(({ name, ...limits }, at) => {
    const { count, concurrency, maxRestarts } = limits;
    const old = before.roles[at];
    const isSame =
      old?.count === count && old.concurrency === concurrency && old.maxRestarts === maxRestarts;
    return isSame ? [] : [{ name: roleName(name), limits: { count, concurrency, maxRestarts } }];
  });
}

function tasksIn(before: PlanSpec, after: PlanSpec) {
  return after.tasks.flatMap(({ id, retries, timeoutMs, priority }, at) => {
    const old = before.tasks[at];
    const isSame =
      old?.retries === retries && old.timeoutMs === timeoutMs && old.priority === priority;
    return isSame ? [] : [{ id: taskId(id), limits: { retries, timeoutMs, priority } }];
  });
}
