/** Tasks that a person adds to a run: from their words to what its machines are told. Pure. */

import type { Newcomer, TroupeEvent } from '../../machines/events.ts';
import {
  orchestratorAddress,
  supervisorAddress,
  type TaskId,
  taskAddress,
  taskId,
} from '../../machines/ids.ts';
import type { PlanSpec, TaskSpec } from '../../machines/plan.ts';
import { isWaived, type TaskContext } from '../../machines/rules/attempt.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Core } from '../kernel/core.ts';
import type { Input } from '../kernel/input.ts';
import { UserError } from '../kernel/user-error.ts';
import { checkPlan } from '../plan/check.ts';
import { compilePlan } from '../plan/compile.ts';
import { documentOf } from '../plan/document.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import { quote } from '../plan/problems/problem.ts';
import { createReport, type PlanSource, type Report } from '../plan/problems/report.ts';
import type { PromptShelf } from '../plan/prompts/prompt-shelf.ts';
import { readDocument } from '../plan/text/read-document.ts';
import { settleWorkspaces, usesWorktree } from '../plan/workspaces.ts';
import type { Addition } from '../runs/addition.ts';
import { grownPlan } from '../runs/growth.ts';
import { standing } from '../runs/state-words.ts';

/** The run, as far as newcomers are concerned. */
export interface RunGround {
  readonly id: string;
  readonly core: Core;
  readonly plan: Plan;
  /** Whether it began with a repository that worktrees start from. */
  readonly repository: 'there' | 'none';
}

export interface Extension {
  readonly ids: readonly string[];
  /** The run's plan, as it is to be. */
  readonly plan: Plan;
  readonly inputs: readonly Input[];
}

type Asked = Addition & { readonly prompts?: PromptShelf };

/** Throws a UserError, with the place of what is wrong when it is in the text. */
export function draftExtension(ground: RunGround, asked: Asked): Extension {
  const books = requireRunning(ground);
  const current = grownPlan(ground.core, ground.plan);
  const { value, source } = readText(ground, asked);
  const given = tasksIn(value, source);
  refuseTaken(given, current, source);
  refuseTeams(given, source);
  const checked = checkPlan(documentWith(given, current), source);
  const fresh = settled(checked, ground).tasks.slice(0, given.length);
  refuseHopeless(fresh, ground.core, source);
  const plan = { ...current, tasks: [...current.tasks, ...fresh] };
  const spec = compilePlan(plan);
  return {
    ids: fresh.map(({ id }) => id),
    plan,
    inputs: inputsOf(ground, books, spec, fresh, asked),
  };
}

function readText({ plan }: RunGround, { text, file, prompts }: Asked) {
  const folder = plan.folder ?? '/';
  return readDocument(text, { file, folder, ...(prompts && { prompts }) });
}

/** What has ended, or is about to, takes nothing in. */
function requireRunning({ core, id }: RunGround): OrchestratorContext {
  const orchestrator = core.registry.lookUp(orchestratorAddress);
  const books = orchestrator?.state.context as OrchestratorContext | undefined;
  const value = orchestrator?.state.at.value;
  if (books && value === 'running' && books.halt.kind === 'none') return books;
  const state = books?.halt.kind === 'none' ? value : 'ending';
  const message = `${id} takes no more tasks: ${standing(String(state))}`;
  const hint = `begin a new run, or go on from a moment before its end: troupe fork ${id} --at N`;
  throw new UserError('run.over', message, hint);
}

type Loose = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function tasksIn(value: unknown, source: PlanSource): readonly unknown[] {
  const report = createReport(source);
  const tasks = isMap(value) ? value.tasks : undefined;
  for (const key of isMap(value) ? Object.keys(value) : []) {
    if (key === 'tasks') continue;
    const said = { message: `${quote(key)} is the plan's to say`, fix: 'leave it out' };
    report.add({ code: 'plan.not-yours', path: [key], at: 'key', say: () => said });
  }
  if (!Array.isArray(tasks) || tasks.length === 0) {
    const said = { message: 'expected a list of tasks', fix: 'write tasks: [{ id: more, ... }]' };
    report.add({ code: 'plan.no-tasks', path: isMap(value) ? ['tasks'] : [], say: () => said });
  }
  report.throwIfAny();
  return tasks as readonly unknown[];
}

/** Said here, where it can be found: the loader would point at the other one. */
function refuseTaken(given: readonly unknown[], { tasks }: Plan, source: PlanSource): void {
  const report = createReport(source);
  const taken = new Set(tasks.map(({ id }) => id.toLowerCase()));
  for (const [at, task] of given.entries()) {
    const id = isMap(task) && typeof task.id === 'string' ? task.id : '';
    if (!taken.has(id.toLowerCase())) continue;
    const said = { message: `the run has a task ${quote(id)} already`, fix: 'choose another id' };
    report.add({ code: 'plan.duplicate-id', path: ['tasks', at, 'id'], say: () => said });
  }
  report.throwIfAny();
}

/** A team brings agents of its own, and those of a run are there from its beginning. */
function refuseTeams(given: readonly unknown[], source: PlanSource): void {
  const report = createReport(source);
  for (const [at, task] of given.entries()) {
    const key = ['plan', 'goal'].find((each) => isMap(task) && task[each] !== undefined);
    if (key === undefined) continue;
    const said = {
      message: 'a team has agents of its own, and a run that goes on takes in no more agents',
      fix: 'begin it as a run of its own: troupe run',
    };
    report.add({ code: 'plan.no-team-now', path: ['tasks', at, key], at: 'key', say: () => said });
  }
  report.throwIfAny();
}

/** The newcomers first: so they are where the text has them. */
function documentWith(given: readonly unknown[], current: Plan) {
  const document = documentOf(current);
  return { ...document, tasks: [...given, ...document.tasks] };
}

function settled(plan: Plan, { repository, id }: RunGround): Plan {
  if (repository === 'there') return settleWorkspaces(plan);
  const tree = plan.tasks.find(usesWorktree);
  if (!tree) return plan;
  const message = `${tree.id} wants a worktree, and ${id} began without a repository`;
  throw new UserError('task.no-repository', message, 'say workspace: shared, or leave it out');
}

function refuseHopeless(fresh: readonly PlanTask[], core: Core, source: PlanSource): void {
  const report: Report = createReport(source);
  const own = new Set(fresh.map(({ id }) => id));
  for (const [at, { needs }] of fresh.entries()) {
    for (const need of needs) {
      if (own.has(need) || endOf(core, taskId(need)) !== 'missed') continue;
      const said = {
        message: `${quote(need)} did not succeed: what needs it could never begin`,
        fix: 'leave it out',
      };
      const place = { path: ['tasks', at, 'needs'], needle: need };
      report.add({ code: 'plan.unmet-need', ...place, say: () => said });
    }
  }
  report.throwIfAny();
}

/** Of one that ended so long ago that nobody knows how, it is not said that it succeeded. */
function endOf(core: Core, task: TaskId): 'open' | 'met' | 'missed' {
  const actor = core.registry.lookUp(taskAddress(task));
  if (!actor) return 'missed';
  if (actor.alive) return 'open';
  const isMet =
    actor.state.at.value === 'succeeded' || isWaived(actor.state.context as TaskContext);
  return isMet ? 'met' : 'missed';
}

function inputsOf(
  { core }: RunGround,
  books: OrchestratorContext,
  spec: PlanSpec,
  fresh: readonly PlanTask[],
  { by }: Addition,
): readonly Input[] {
  const { seed } = spec;
  const specs = spec.tasks.slice(-fresh.length);
  const waves = new Map<TaskId, number>();
  const newcomers = byWave(specs).map((each): Newcomer => {
    const awaits = each.needs.filter((need) => waves.has(need) || endOf(core, need) === 'open');
    const before = awaits.map((need) => waves.get(need) ?? waveOf(core, need));
    const wave = Math.max(books.mode === 'waves' ? books.waves.open : 0, ...before);
    waves.set(each.id, wave);
    const task = fresh.find(({ id }) => id === each.id) as PlanTask;
    return { spec: { ...each, wave, added: { by, task } }, awaits };
  });
  const roles = moreAgents(core, spec);
  const extend = said({ type: 'plan.extend', tasks: newcomers, seed, by });
  if (roles.length === 0) return [extend];
  return [said({ type: 'plan.amend', amendment: { roles }, by }), extend];
}

/** Each behind what it needs. */
const byWave = (specs: readonly TaskSpec[]): readonly TaskSpec[] =>
  [...specs].sort((one, other) => one.wave - other.wave);

const said = (event: TroupeEvent): Input => ({ kind: 'event', to: orchestratorAddress, event });

function waveOf(core: Core, task: TaskId): number {
  const context = core.registry.lookUp(taskAddress(task))?.state.context as TaskContext | undefined;
  return context?.spec.wave ?? 0;
}

/** A role whose size the plan leaves open grows with its tasks, as if it had had them before. */
function moreAgents(core: Core, { roles }: PlanSpec) {
  return roles.flatMap(({ name, count, concurrency }) => {
    const supervisor = core.registry.find(supervisorAddress(name));
    const held = (supervisor?.state.context as SupervisorContext | undefined)?.role;
    if (!held || held.count >= count) return [];
    return [{ name, limits: { count, concurrency: Math.max(held.concurrency, concurrency) } }];
  });
}
