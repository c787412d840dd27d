/**
 * What an agent asks for becomes tasks, once the ordinary loader finds it good.
 *
 * Invariant: an agent says what is to be done and by which role, and nothing else: no command, no
 * path, no role, no check and no limit above its own comes out of its words.
 */
import type { TaskSpec } from '../../machines/plan.ts';
import { checkPlan } from '../plan/check.ts';
import { documentOf } from '../plan/document.ts';
import { growPlan, type Parent, subtaskId } from '../plan/grow.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { type Path, quote } from '../plan/problems/problem.ts';
import { createReport, type PlanSource, type Report } from '../plan/problems/report.ts';
import { literalTemplate } from '../plan/templates.ts';
import { readDocument } from '../plan/text/read-document.ts';
import { lendsWorktree, settleWorkspaces } from '../plan/workspaces.ts';

/** Whoever asks, and what it may ask for. */
export interface Asker extends Parent {
  readonly plan: Plan;
  /** How many tasks it may still ask for. */
  readonly left: number;
  /** What it asked for before, by short ids: whatever is asked twice is there once. */
  readonly known: ReadonlySet<string>;
  /** It makes smaller tasks of what has failed too often; absent: not so. */
  readonly splits?: true;
}

const planKeys = ['name', 'description', 'tasks'];
const taskKeys = ['id', 'agent', 'needs', 'prompt', 'timeout', 'retries', 'priority'];

type Loose = Readonly<Record<string, unknown>>;

/** The roles that it may give tasks to. */
export function rolesOf({ plan, task }: Pick<Asker, 'plan' | 'task'>): readonly string[] {
  const all = plan.roles.map(({ name }) => name);
  return task.subtasks?.agents ?? task.heal?.split?.agents ?? all;
}

/** Empty when all is there already. Throws a PlanError that says what is wrong, and where. */
export function draftOf(text: string, file: string, asker: Asker): readonly TaskSpec[] {
  const { value, source } = readDocument(text, { file, folder: asker.plan.folder ?? '/' });
  const report = createReport(source);
  const given = tasksIn(value);
  const tasks = freshTasks(given, asker);
  if (given.length > 0 && tasks.length === 0) return [];
  judge(value, tasks, asker, report);
  report.throwIfAny();
  const prompts = new Map<string, string>();
  for (const { id, prompt } of tasks.filter(isMap)) prompts.set(String(id), String(prompt ?? ''));
  const draft = withinLimits(checkPlan(documentWith(tasks, asker), source as PlanSource), asker);
  return growPlan(draft, asker, prompts);
}

const isMap = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idOf = (task: unknown): string => (isMap(task) && typeof task.id === 'string' ? task.id : '');

const tasksIn = (value: unknown): readonly unknown[] =>
  isMap(value) && Array.isArray(value.tasks) ? value.tasks : [];

/** Those that are not there yet, with what is there already taken out of what they need. */
function freshTasks(given: readonly unknown[], { known }: Asker): readonly unknown[] {
  const fresh = given.filter((task) => !known.has(idOf(task)));
  if (fresh.length === given.length) return given;
  return fresh.map((task) =>
    isMap(task) && Array.isArray(task.needs)
      ? { ...task, needs: task.needs.filter((need) => !known.has(need)) }
      : task,
  );
}

function judge(value: unknown, tasks: readonly unknown[], asker: Asker, report: Report): void {
  if (isMap(value)) refuseKeys(value, planKeys, [], report);
  const most = Math.max(0, asker.left);
  if (tasks.length > most) {
    const message = `${tasks.length} tasks are more than you may ask for, which is ${most}`;
    const said = { message, fix: 'put some of them together' };
    report.add({ code: 'plan.too-many-tasks', path: ['tasks'], say: () => said });
    return;
  }
  for (const [at, task] of tasks.entries()) {
    if (isMap(task)) judgeTask(task, ['tasks', at], asker, report);
  }
}

function judgeTask(task: Loose, path: Path, asker: Asker, report: Report): void {
  refuseKeys(task, taskKeys, path, report);
  const roles = rolesOf(asker);
  if (typeof task.agent === 'string' && !roles.includes(task.agent)) {
    const fix = suggest(task.agent, roles) || `there are ${roles.join(', ')}`;
    const said = { message: `no role is called ${quote(task.agent)}`, fix };
    report.add({ code: 'plan.unknown-role', path: [...path, 'agent'], say: () => said });
  }
  const id = idOf(task);
  const wrong = wrongId(id, asker);
  if (wrong === null) return;
  const said = { message: `${quote(id)} ${wrong}`, fix: 'choose another id' };
  report.add({ code: 'plan.bad-id', path: [...path, 'id'], say: () => said });
}

const idMaxCharacters = 100;

function wrongId(id: string, { plan, spec }: Asker): string | null {
  const full = subtaskId(spec.id, id);
  if (id.includes('.')) return 'has a dot';
  if (full.length > idMaxCharacters) return 'is too long';
  const taken = plan.tasks.some((task) => task.id.toLowerCase() === full.toLowerCase());
  return taken ? 'is taken' : null;
}

function refuseKeys(map: Loose, allowed: readonly string[], path: Path, report: Report): void {
  for (const key of Object.keys(map)) {
    if (allowed.includes(key)) continue;
    const message = `you may not say ${quote(key)} here, only ${allowed.join(', ')}`;
    const said = { message, fix: 'leave it out' };
    report.add({ code: 'plan.not-yours', path: [...path, key], at: 'key', say: () => said });
  }
}

/** The plan that it works in, with these tasks in place of its own. */
function documentWith(tasks: readonly unknown[], asker: Asker) {
  const { plan, task: parent } = asker;
  const roles = rolesOf(asker);
  const usual = {
    ...(roles.length === 1 && { agent: roles[0] }),
    timeout: `${parent.timeoutMs}ms`,
    retries: parent.retries,
  };
  const literal = (prompt: unknown) =>
    typeof prompt === 'string' ? literalTemplate(prompt) : prompt;
  return {
    ...documentOf(plan),
    mode: 'eager',
    tasks: tasks.map((task) =>
      isMap(task)
        ? { ...usual, ...task, ...('prompt' in task && { prompt: literal(task.prompt) }) }
        : task,
    ),
  };
}

/** Whoever asks can not give more time and more tries than it has itself. */
function withinLimits(draft: Plan, { task: parent }: Asker): Plan {
  const tasks = draft.tasks.map((task) => ({
    ...task,
    timeoutMs: Math.min(task.timeoutMs, parent.timeoutMs),
    retries: Math.min(task.retries, parent.retries),
    backoff: parent.backoff,
    verifyTimeoutMs: parent.verifyTimeoutMs,
    ...(parent.workspace !== undefined && { workspace: parent.workspace }),
  }));
  const limited = { ...draft, tasks };
  return lendsWorktree(parent) ? settleWorkspaces(limited) : limited;
}
