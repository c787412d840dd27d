/** Tasks that can't succeed, and approvals that can't be given, by their plan's own words. */
import { heirsOf, type Plan, type PlanCheck, type PlanRole, type PlanTask } from '../plan/plan.ts';
import type { Run } from '../plan/shell.ts';
import { duration } from '../runs/report.ts';
import { type Flaw, nobody } from './flaw.ts';

/** Nobody reads a question, thinks and answers in less. */
const answerMinMs = 1_000;

export function abilityFlaws(plan: Plan): readonly Flaw[] {
  const roles = new Map(plan.roles.map((role) => [role.name, role]));
  const own = plan.tasks.flatMap((task, at) => {
    const role = roles.get(task.role);
    if (role === undefined) return [unplayed(task, at)];
    const found = [tooSlow(task, at, role), uncheckable(task, at), unanswerable(task, at)];
    return found.filter((flaw) => flaw !== null);
  });
  return [...own, ...plan.roles.flatMap((role) => everFailing(plan, role))];
}

export function unusedRoles(plan: Plan): readonly Flaw[] {
  const used = rolesAsked(plan);
  const unused = plan.roles.filter(({ name }) => !used.has(name));
  return unused.map(({ name }): Flaw => {
    const message = `no task is given to ${name}, and its agents start all the same`;
    return { property: 'role.unused', path: ['agents', name], message, ...nobody };
  });
}

/** All that are asked for something on behalf of a task. */
export function rolesOf({ role, review }: PlanTask): readonly string[] {
  return review ? [role, review.role] : [role];
}

/** All that can be asked for anything: who may ask for others may ask all, or whom it names. */
export function rolesAsked({ roles, tasks }: Plan): ReadonlySet<string> {
  const all = roles.map(({ name }) => name);
  const asked = tasks.flatMap(({ subtasks }) => (subtasks ? (subtasks.agents ?? all) : []));
  const planners = tasks.flatMap(({ heal }) =>
    heal?.split ? [heal.split.role, ...heal.split.agents] : [],
  );
  const named = new Set([...tasks.flatMap(rolesOf), ...asked, ...planners]);
  const heirs = roles.flatMap((role) => (named.has(role.name) ? heirsOf(role) : []));
  return new Set([...named, ...heirs]);
}

function unplayed({ id, role }: PlanTask, at: number): Flaw {
  const message = `nobody plays ${role}, which ${id} needs`;
  const path = ['tasks', at, 'agent'];
  return { property: 'role.unplayed', path, message, tasks: [id], rulesOut: { work: false } };
}

/** What an attempt takes at least, when the plan says so. */
function tooSlow(task: PlanTask, at: number, role: PlanRole): Flaw | null {
  const range = role.simulate?.work ?? (role.adapter === 'simulated' ? role.work : null);
  const leastMs = range?.minMs ?? task.estimateMs ?? 0;
  if (leastMs <= task.timeoutMs) return null;
  const whose = range ? `an attempt of ${role.name} takes` : 'by its estimate it takes';
  const ended = `every attempt is ended after ${duration(task.timeoutMs)}`;
  const message = `${task.id} can't succeed: ${whose} ${duration(leastMs)} at least, and ${ended}`;
  return cannot(['tasks', at, 'timeout'], message, [task.id], { work: false });
}

function everFailing({ tasks }: Plan, role: PlanRole): readonly Flaw[] {
  const own = role.adapter === 'simulated' ? role : { fail: 0, crash: 0 };
  const { fail = own.fail, crash = own.crash } = role.simulate ?? {};
  if (fail + crash < 1) return [];
  const ids = tasks.filter((task) => task.role === role.name).map(({ id }) => id);
  if (ids.length === 0) return [];
  const first = `${ids[0]}${ids.length > 1 ? `, and ${ids.length - 1} more,` : ''}`;
  const message = `${first} can't succeed: every attempt of ${role.name} fails`;
  return [cannot(['agents', role.name], message, ids, { work: false })];
}

function cannot(
  path: Flaw['path'],
  message: string,
  tasks: Flaw['tasks'],
  rulesOut: Flaw['rulesOut'],
): Flaw {
  return { property: 'task.cannot-succeed', path, message, tasks, rulesOut };
}

function uncheckable(task: PlanTask, at: number): Flaw | null {
  const found = task.verify.map(contradictionOf).findIndex((why) => why !== null);
  const check = task.verify[found];
  if (check === undefined) return null;
  const message = `${task.id} can't succeed: ${contradictionOf(check)}`;
  const path = ['tasks', at, 'verify', found];
  return cannot(path, message, [task.id], { checks: false });
}

/** Why a check can never pass; null when nothing says that it can't. */
function contradictionOf(check: PlanCheck): string | null {
  switch (check.kind) {
    case 'run':
      return failingCommand(check.run);
    case 'file':
      return check.matches === '(?!)' || check.matches === '$^' ? 'nothing matches its file' : null;
    case 'schema':
      return emptySchema(check.schema);
  }
}

function failingCommand(run: Run): string | null {
  const words = 'shell' in run ? run.shell.trim() : run.argv.join(' ');
  const fails = /^((\/(usr\/)?bin\/)?false|exit [1-9]\d{0,2})$/.test(words);
  return fails ? `its check "${words}" always fails` : null;
}

/** The contradictions that can be seen without solving anything. */
function emptySchema(schema: Readonly<Record<string, unknown>>): string | null {
  const { not } = schema;
  if (not === true || (isMap(not) && Object.keys(not).length === 0)) {
    return 'its schema forbids every value';
  }
  for (const what of ['Length', 'Items', 'Properties', 'imum']) {
    const [least, most] = [schema[`min${what}`], schema[`max${what}`]];
    if (typeof least === 'number' && typeof most === 'number' && least > most) {
      return `its schema wants at least ${least} and at most ${most}`;
    }
  }
  return null;
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null;

function unanswerable({ id, approveWithinMs }: PlanTask, at: number): Flaw | null {
  if (approveWithinMs === null || approveWithinMs >= answerMinMs) return null;
  const message = `nobody can approve ${id} within ${duration(approveWithinMs)}`;
  const path = ['tasks', at, 'approveWithin'];
  const rulesOut = { approval: false };
  return { property: 'approval.impossible', path, message, tasks: [id], rulesOut };
}
