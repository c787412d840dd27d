/**
 * Tasks that are teams become tasks of the same plan: those of the team under its name and a dot,
 * and the task itself, which puts together what came of them.
 *
 * Invariants:
 * - a team's plan is checked by itself first, so that its mistakes are told where they are;
 * - a team has roles of its own, under its name: its own supervisors, limits and purse;
 * - teams are in each other `depthMax` deep at most, and there are `teamsMax` of them in a plan.
 */

import { documentOf } from '../document.ts';
import type { Plan, PlanInput } from '../plan.ts';
import { suggest } from '../problems/nearest.ts';
import { type Path, PlanError, quote, renderPath } from '../problems/problem.ts';
import type { PlanSource, Report } from '../problems/report.ts';
import type { PlanDocument } from '../shapes/schema.ts';
import { taskShape } from '../shapes/schema.ts';
import { literalTemplate } from '../templates.ts';
import { aggregateTask, withAsked } from './aggregating.ts';
import { type Loose, listOf, mapOf, namedOf, withOnlyRole } from './loose.ts';
import { type Moving, memberOf, roleOfTeam } from './moving.ts';
import { complaintsAbout, type TeamTask } from './rules.ts';
import { pruned } from './used.ts';
import { aggregateOf } from './words.ts';

export const depthMax = 3;
const teamsMax = 200;

type Check = (document: unknown, source: PlanSource) => Plan;
type TaskDocument = PlanDocument['tasks'][number];

const isTeam = (task: unknown): boolean => {
  const { plan, goal } = mapOf(task);
  return plan !== undefined || goal !== undefined;
};

/** The document without teams; what is wrong with them is in the report, or thrown. */
export function expandTeams(
  document: unknown,
  source: PlanSource,
  report: Report,
  check: Check,
): unknown {
  const tasks = listOf(mapOf(document).tasks);
  if (!tasks.some(isTeam)) return document;
  return new Expansion(mapOf(document), source, report, check).made();
}

class Expansion {
  readonly #document: Loose;
  readonly #source: PlanSource;
  readonly #report: Report;
  readonly #check: Check;
  readonly #tasks: readonly unknown[];
  readonly #ids: ReadonlySet<unknown>;
  readonly #members: TaskDocument[] = [];
  readonly #roles: Record<string, unknown> = {};
  readonly #purses: Record<string, unknown> = {};
  readonly #inherited = new Set<string>();

  constructor(document: Loose, source: PlanSource, report: Report, check: Check) {
    this.#document = document;
    this.#source = source;
    this.#report = report;
    this.#check = check;
    this.#tasks = withOnlyRole(listOf(document.tasks), mapOf(document.agents));
    this.#ids = new Set(this.#tasks.map((task) => mapOf(task).id));
  }

  made(): unknown {
    const own = this.#tasks.map((task, at) => (isTeam(task) ? this.#team(task, at) : task));
    const kept = Object.entries(mapOf(this.#document.agents)).filter(
      ([name]) => !this.#inherited.has(name) || namedOf(own).has(name),
    );
    const purses = { ...mapOf(this.#document.teams), ...this.#purses };
    return {
      ...this.#document,
      agents: { ...Object.fromEntries(kept), ...this.#roles },
      ...(Object.keys(purses).length > 0 && { teams: purses }),
      tasks: [...own, ...this.#members],
    };
  }

  /** The task that puts it together; as it is when something is wrong with it. */
  #team(given: unknown, at: number): unknown {
    const read = taskShape.safeParse(given);
    // Whoever reads the tasks tells what is wrong with the words themselves.
    if (!read.success) return given;
    const path = ['tasks', at];
    const task = given as TeamTask;
    const complaints = [...complaintsAbout(task, path, this.#document), ...this.#tooMany(path)];
    for (const complaint of complaints) this.#report.add(complaint);
    if (complaints.length > 0) return withoutTeam(task);
    const plan = this.#planOf(task, path);
    const inputs = this.#valuesOf(task, plan.inputs, path);
    if (inputs === null) return withoutTeam(task);
    return this.#joined(task, plan, inputs);
  }

  #tooMany(path: Path) {
    const { depth = 0, count = { teams: 0 } } = this.#source.teams ?? {};
    count.teams += 1;
    if (depth < depthMax && count.teams <= teamsMax) return [];
    const message =
      depth < depthMax
        ? `there are more than ${teamsMax} teams`
        : `teams are in each other more than ${depthMax} deep`;
    const say = () => ({ message, fix: 'put some of their tasks into the plan itself' });
    return [{ code: 'plan.too-many-teams', path, say }];
  }

  /** Checked by itself, with the roles around it where it has none of that name. */
  #planOf(task: TeamTask, path: Path): Plan {
    const { document, source } = this.#insideOf(task, path);
    const inner = mapOf(document);
    const around = mapOf(this.#document.agents);
    const own = mapOf(inner.agents);
    const tasks = withOnlyRole(listOf(inner.tasks), Object.keys(own).length > 0 ? own : around);
    const agents = { ...around, ...own };
    const complete = {
      ...inner,
      ...withAsked({ tasks, agents }, aggregateOf(task.aggregate)),
      defaults: { ...mapOf(this.#document.defaults), ...mapOf(inner.defaults) },
    };
    try {
      return pruned(this.#check(complete, source));
    } catch (error) {
      throw error instanceof PlanError ? placed(error, source, path) : error;
    }
  }

  #insideOf(task: TeamTask, path: Path): { document: unknown; source: PlanSource } {
    const { depth = 0, count = { teams: 0 }, files } = this.#source.teams ?? {};
    const teams = { depth: depth + 1, count, ...(files && { files }) };
    if (typeof task.plan === 'string') {
      const file = files?.get(`${this.#source.folder}\0${task.plan}`);
      if (file) return { document: file.value, source: { ...file.source, teams } };
      throw unread(task.plan, path, this.#source);
    }
    const under = task.goal === undefined ? [...path, 'plan'] : path;
    const { locate } = this.#source;
    const source: PlanSource = {
      ...this.#source,
      defaultName: task.id,
      locate: (place) => locate({ ...place, path: [...under, ...place.path] }),
      teams,
    };
    return { document: task.plan ?? goalPlan(task), source };
  }

  /** As templates of the plan around it; null when one is missing. */
  #valuesOf(task: TeamTask, inputs: readonly PlanInput[], path: Path) {
    const { with: given = {} } = task;
    const names = inputs.map(({ name }) => name);
    const strange = Object.keys(given).filter((name) => !names.includes(name));
    for (const name of strange) {
      const message = `the team has no input ${quote(name)}`;
      const say = () => ({ message, fix: suggest(name, names) || 'declare it in its "inputs"' });
      this.#report.add({ code: 'plan.unknown-input', path: [...path, 'with', name], say });
    }
    const missing = inputs.filter(({ name, default: usual }) => usual === null && !(name in given));
    for (const { name } of missing) {
      const message = `the team needs the input ${quote(name)}`;
      const say = () => ({ message, fix: `give it: with: { ${name}: ... }` });
      this.#report.add({ code: 'plan.missing-input', path, say });
    }
    if (strange.length + missing.length > 0) return null;
    const usual = inputs.map(({ name, default: text }) => [name, literalTemplate(text ?? '')]);
    return new Map(
      Object.entries({ ...Object.fromEntries(usual), ...given }) as [string, string][],
    );
  }

  #joined(task: TeamTask, plan: Plan, inputs: ReadonlyMap<string, string>): unknown {
    const { id, concurrency = plan.concurrency } = task;
    const needs = (task.needs ?? []).filter((need) => this.#ids.has(need));
    const ownFolder = plan.folder === this.#source.folder ? null : plan.folder;
    const moving: Moving = {
      ...{ team: id, needs, inputs, folder: ownFolder, priority: task.priority },
      roles: plan.roles.map(({ name }) => name),
    };
    const document = documentOf(plan);
    for (const [name, role] of Object.entries(document.agents)) {
      this.#roles[`${id}.${name}`] = roleOfTeam(role, concurrency, id);
    }
    const pretend = new Set(plan.roles.flatMap(({ name, adapter }) => bare(name, adapter)));
    for (const member of document.tasks) this.#members.push(memberOf(member, moving, pretend));
    for (const name of Object.keys(mapOf(this.#document.agents))) this.#inherited.add(name);
    const usd = task.budget?.usd ?? plan.budgetUsd;
    if (usd !== null) this.#purses[id] = { usd };
    for (const [name, purse] of Object.entries(document.teams ?? {})) {
      this.#purses[`${id}.${name}`] = purse;
    }
    const { role, task: joined } = aggregateTask(task, plan, mapOf(this.#document.agents));
    this.#roles[role] = { adapter: 'gather', count: 1 };
    return joined;
  }
}

/** Roles that have no environment. */
const bare = (name: string, adapter: string): string[] =>
  adapter === 'simulated' || adapter === 'gather' ? [name] : [];

/** A goal is a plan of one task, whose agent plans the rest. */
function goalPlan({ agent, goal = '', subtasks, timeout, retries, backoff }: TeamTask): unknown {
  const said = { timeout, retries, backoff };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  const own = agent === undefined ? {} : { agent };
  const planned = { count: 8, ...subtasks, plan: true };
  return {
    tasks: [{ id: 'goal', ...own, prompt: goal, ...Object.fromEntries(given), subtasks: planned }],
  };
}

/** So that nothing else is said of it. */
function withoutTeam({ plan: _, goal: __, ...task }: TeamTask): unknown {
  return { ...task, prompt: 'a team that is not right' };
}

function placed(error: PlanError, source: PlanSource, path: Path): PlanError {
  const problems = error.problems.map((problem) => {
    const key = `${renderPath(path)}.plan${problem.key === '' ? '' : `.${problem.key}`}`;
    return problem.file === source.file ? { ...problem, key } : problem;
  });
  return new PlanError(problems, 0, error.hint);
}

function unread(file: string, path: Path, source: PlanSource): PlanError {
  const { line, column } = source.locate({ path: [...path, 'plan'] }) ?? { line: 0, column: 0 };
  const key = renderPath([...path, 'plan']);
  const message = `the plan ${quote(file)} can't be read here`;
  const fix = 'write the plan itself in its place, or load this one from a file';
  const place = { file: source.file, line, column, key };
  return new PlanError([{ ...place, code: 'plan.team-file', message, fix }], 0, fix);
}
