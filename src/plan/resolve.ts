/** Fills in every default: a task's own word, else its role's, else the plan's, else ours. */

import { assert } from '../../machines/errors.ts';
import { type Backoff, defaultBackoff } from '../../machines/rules/backoff.ts';
import { type Borrowing, type PlanAccount, resolveAccount } from './accounts.ts';
import type { Plan, PlanCheck, PlanInput, PlanRole, PlanTask, SimulatedCourse } from './plan.ts';
import type { PlanSource } from './problems/report.ts';
import type { HeadPart, Parts, RoleValue, TaskValue } from './read.ts';
import { resolveAgentRole } from './roles/agent-roles.ts';
import { resolveGather } from './shapes/gather.ts';
import { resolveHeal, retriesToHeal } from './shapes/heal.ts';
import { type PlanReview, resolveReview } from './shapes/review-shape.ts';
import { resolveSubtasks } from './shapes/subtasks.ts';
import type { Run } from './shell.ts';
import { checksOf } from './templated-texts.ts';
import { fillTemplate, parseTemplate } from './templates.ts';
import { windowOf } from './windows.ts';

const minuteMs = 60_000;
const ours = {
  timeoutMs: 60 * minuteMs,
  retries: 0,
  verifyTimeoutMs: 10 * minuteMs,
  periodMs: minuteMs,
  startWithinMs: 2 * minuteMs,
  silenceMs: 15 * minuteMs,
  stuck: { repeats: 10, unchanged: 100 },
  fallbackAfter: 2,
  approveWithinMs: 7 * 24 * 60 * minuteMs,
  work: { minMs: 100, maxMs: 100 },
} as const;

/** Only for parts that came through every check. */
export function resolvePlan({ head, roles, tasks }: Parts, source: PlanSource): Plan {
  assert(head, 'a plan that was checked has a head');
  const values = new Map(roles.map(({ name, value }) => [name, sound(value)]));
  const [onlyRole = ''] = values.keys();
  return {
    version: 1,
    name: head.name ?? source.defaultName,
    description: head.description,
    folder: source.folder,
    mode: head.mode,
    concurrency: head.concurrency,
    onFailure: head.onFailure,
    seed: head.seed,
    budgetUsd: head.budget?.usd ?? null,
    inputs: Object.entries(head.inputs).map(([name, value]) => resolveInput(name, value)),
    ...resolveAccounts(head, source),
    ...(head.subtasks && { subtasksMax: head.subtasks.count }),
    ...resolveTeams(head),
    roles: [...values].map(([name, value]) => resolveRole(name, value, head.defaults)),
    tasks: tasks.map(({ value }) => {
      const task = sound(value);
      const role = task.agent ?? onlyRole;
      return resolveTask(task, role, sound(values.get(role) ?? null), head.defaults);
    }),
  };
}

/** A plan without a file has no folder: its paths are taken as they are. */
function resolveAccounts({ accounts = {} }: HeadPart, { folder }: PlanSource) {
  const all = Object.entries(accounts).map(
    ([name, value]): PlanAccount => resolveAccount(name, value, folder ?? ''),
  );
  return all.length === 0 ? {} : { accounts: all };
}

function resolveTeams({ teams = {} }: HeadPart): Pick<Plan, 'teams'> {
  const purses = Object.entries(teams).map(([name, { usd }]) => ({ name, budgetUsd: usd }));
  return purses.length === 0 ? {} : { teams: purses };
}

function sound<Value>(value: Value | null): Value {
  assert(value !== null, 'a plan that was checked has no broken part');
  return value;
}

function resolveInput(name: string, value: HeadPart['inputs'][string]): PlanInput {
  if (typeof value === 'string') return { name, default: value, description: '' };
  return { name, default: value.default ?? null, description: value.description ?? '' };
}

type Defaults = HeadPart['defaults'];

function resolveRole(name: string, value: RoleValue, defaults: Defaults): PlanRole {
  const shared = {
    name,
    where: value.where,
    ...(value.labels === undefined ? {} : { labels: value.labels }),
    count: value.count ?? null,
    concurrency: value.concurrency ?? null,
    restart: value.restart,
    maxRestarts: value.maxRestarts,
    periodMs: value.period ?? ours.periodMs,
    backoff: mergeBackoff(defaults.backoff, value.backoff),
    handoff: value.handoff ?? false,
    ...handingOf(value),
    ...(value.fallback && {
      fallback: { roles: value.fallback, after: value.fallbackAfter ?? ours.fallbackAfter },
    }),
    ...(value.resolves ? { resolves: true as const } : {}),
    ...(value.simulate === undefined ? {} : { simulate: given(value.simulate) }),
    ...(value.memory?.recall ? { recall: value.memory.recall } : {}),
    ...moneyOf(value),
    ...toldOf(value),
  };
  if (value.adapter === 'command') {
    return { ...shared, adapter: 'command', run: resolveRun(value.run), env: value.env ?? {} };
  }
  if (value.adapter === 'gather') return { ...shared, adapter: value.adapter };
  if (value.adapter !== 'simulated')
    return { ...shared, ...resolveAgentRole(value, ours, (run) => sound(resolveRun(run))) };
  const { adapter, work = ours.work, fail, crash, costUsd } = value;
  return { ...shared, adapter, work, fail, crash, costUsd };
}

/** What its agents are told and given, and what later tasks of theirs are held to. */
function toldOf(value: RoleValue) {
  const { prompt = '', skills = [] } = value;
  return {
    ...(prompt.trim() !== '' && { prompt }),
    ...(skills.length > 0 && { skills }),
    ...(value.verify !== undefined && resolveVerify(value)),
  };
}

/** Whoever never hands anything over says so: handoff: false. */
function handingOf(value: RoleValue): Pick<PlanRole, 'handing'> {
  const { handoff, contextWindow, handsTo = [] } = value;
  const windowTokens = contextWindow ?? windowOf('model' in value ? value.model : null);
  if (handoff === false || (windowTokens === null && handsTo.length === 0)) return {};
  return { handing: { windowTokens, to: handsTo } };
}

/** Whose agents are of a company, by the name of their adapter. */
const companies = ['claude', 'codex', 'gemini', 'grok', 'openai'];

function moneyOf(value: RoleValue) {
  const { adapter, account, strategy, costUsdMax, budget } = value;
  const own = companies.includes(adapter) && strategy !== undefined ? [adapter] : [];
  const names = account === undefined ? own : [account].flat();
  const borrowing: Borrowing = { names, strategy: strategy ?? 'balanced' };
  return {
    ...(names.length > 0 && { borrowing }),
    ...(costUsdMax !== undefined && { costUsdMax }),
    ...(budget !== undefined && { totalUsdMax: budget.usd }),
  };
}

type Course = NonNullable<RoleValue['simulate']>;

/** Without the keys that were left out, as JSON would keep it. */
function given({ work, fail, crash, costUsd }: Course): SimulatedCourse {
  return {
    ...(work && { work }),
    ...(fail !== undefined && { fail }),
    ...(crash !== undefined && { crash }),
    ...(costUsd !== undefined && { costUsd }),
  };
}

function resolveTask(
  task: TaskValue,
  role: string,
  roleValue: RoleValue,
  defaults: Defaults,
): PlanTask {
  const { timeout, retries, backoff } = roleValue;
  const tries = task.retries ?? retries ?? defaults.retries ?? ours.retries;
  const heal = task.heal && resolveHeal(task.heal, role);
  const workspace = task.workspace ?? ('workspace' in roleValue ? roleValue.workspace : undefined);
  return {
    id: task.id,
    role,
    needs: task.needs,
    prompt: task.prompt,
    run: resolveRun(task.run),
    env: task.env ?? {},
    timeoutMs: task.timeout ?? timeout ?? defaults.timeout ?? ours.timeoutMs,
    retries: heal ? Math.max(tries, retriesToHeal(heal)) : tries,
    backoff: mergeBackoff(defaults.backoff, backoff, task.backoff),
    ...resolveVerify(task),
    verifyTimeoutMs: task.verifyTimeout ?? defaults.verifyTimeout ?? ours.verifyTimeoutMs,
    priority: task.priority,
    estimateMs: task.estimate ?? null,
    approveWithinMs: task.approve ? (task.approveWithin ?? ours.approveWithinMs) : null,
    ...(workspace !== undefined && { workspace }),
    ...(task.mayDoNothing && { mayDoNothing: true }),
    ...(task.memory === 'off' && { memory: task.memory }),
    ...(task.subtasks && { subtasks: resolveSubtasks(task.subtasks) }),
    ...(heal && { heal }),
    ...(task.gather && { gather: resolveGather(task.gather) }),
    ...(task.partOf !== undefined && { partOf: task.partOf }),
  };
}

/** A review is not one of the checks that the runtime makes itself. */
function resolveVerify(task: Pick<TaskValue, 'verify'>): Pick<PlanTask, 'verify' | 'review'> {
  const verify: PlanCheck[] = [];
  let review: PlanReview | null = null;
  for (const { check } of checksOf(task, [])) {
    if ('review' in check) review = resolveReview(check.review);
    else verify.push(resolveCheck(check));
  }
  return { verify, ...(review && { review }) };
}

type CheckValue = Exclude<
  ReturnType<typeof checksOf>[number]['check'],
  { readonly review: unknown }
>;

function resolveCheck(check: CheckValue): PlanCheck {
  if ('run' in check) {
    const run = sound(resolveRun(check.run));
    return { kind: 'run', run, timeoutMs: check.timeout ?? null };
  }
  if ('schema' in check) return { kind: 'schema', schema: check.schema };
  const { file: path, minBytes = 0, matches = null } = check;
  return { kind: 'file', path, minBytes, matches };
}

/** A shell line holds no template, so that its escaped braces become braces here. */
function resolveRun(run: string | readonly string[] | undefined): Run | null {
  if (run === undefined) return null;
  if (typeof run !== 'string') return { argv: run };
  return { shell: fillTemplate(parseTemplate(run), () => '') };
}

type BackoffValue = NonNullable<Defaults['backoff']>;

/** Later ones win, field by field; a first wait beyond the inherited longest one raises it. */
function mergeBackoff(...given: readonly (BackoffValue | undefined)[]): Backoff {
  return given.reduce<Backoff>((base, value) => {
    if (!value) return base;
    const initialMs = value.initial ?? Math.min(base.initialMs, value.max ?? base.maxMs);
    const maxMs = value.max ?? Math.max(base.maxMs, initialMs);
    const { factor = base.factor, jitter = base.jitter } = value;
    return { initialMs, factor, maxMs, jitter };
  }, defaultBackoff);
}
