/** A checked plan as the document that says the same, for whoever wants to change a word of it. */
import type { Backoff } from '../../machines/rules/backoff.ts';
import { accountDocument } from './accounts.ts';
import type { Plan, PlanCheck, PlanInput, PlanRole, PlanTask, SimulatedCourse } from './plan.ts';
import { agentRoleDocument } from './roles/agent-roles.ts';
import type { DurationRange } from './shapes/duration.ts';
import { healDocument } from './shapes/heal.ts';
import type { PlanReview } from './shapes/review-shape.ts';
import type { PlanDocument } from './shapes/schema.ts';
import { subtasksDocument } from './shapes/subtasks.ts';
import type { Run } from './shell.ts';

type RoleDocument = Exclude<PlanDocument['agents'][string], { template: string }>;
type TaskDocument = PlanDocument['tasks'][number];
type CheckDocument = Extract<NonNullable<TaskDocument['verify']>, readonly unknown[]>[number];

/** Every default is written out, so that nothing of it depends on anything else of it. */
export function documentOf(plan: Plan): PlanDocument {
  const { name, description, mode, concurrency, onFailure, seed, budgetUsd } = plan;
  return {
    ...{ name, description, mode, concurrency, onFailure, seed },
    ...(budgetUsd === null ? {} : { budget: { usd: budgetUsd } }),
    inputs: Object.fromEntries(plan.inputs.map((input) => [input.name, inputOf(input)])),
    ...(plan.subtasksMax === undefined ? {} : { subtasks: { count: plan.subtasksMax } }),
    ...(plan.teams === undefined ? {} : { teams: teamsOf(plan.teams) }),
    ...(plan.accounts === undefined ? {} : { accounts: accountsOf(plan.accounts) }),
    agents: Object.fromEntries(plan.roles.map((role) => [role.name, roleOf(role)])),
    tasks: plan.tasks.map(taskOf),
  };
}

const accountsOf = (accounts: NonNullable<Plan['accounts']>) =>
  Object.fromEntries(accounts.map((account) => [account.name, accountDocument(account)]));

const teamsOf = (teams: NonNullable<Plan['teams']>) =>
  Object.fromEntries(teams.map(({ name, budgetUsd }) => [name, { usd: budgetUsd }]));

function inputOf({ default: unset, description }: PlanInput) {
  return { ...(unset === null ? {} : { default: unset }), description };
}

function roleOf(role: PlanRole): RoleDocument {
  const { where, count, concurrency, restart, maxRestarts, simulate, recall } = role;
  const shared = {
    ...{ where, restart, maxRestarts },
    ...handingOf(role),
    ...(role.fallback && {
      fallback: [...role.fallback.roles],
      fallbackAfter: role.fallback.after,
    }),
    ...(role.labels === undefined ? {} : { labels: [...role.labels] }),
    ...(role.resolves === undefined ? {} : { resolves: true }),
    ...(count === null ? {} : { count }),
    ...(concurrency === null ? {} : { concurrency }),
    period: inMs(role.periodMs),
    backoff: backoffOf(role.backoff),
    ...(simulate === undefined ? {} : { simulate: courseOf(simulate) }),
    ...(recall === undefined ? {} : { memory: { recall } }),
    ...moneyOf(role),
    ...toldOf(role),
  };
  if (role.adapter === 'command') {
    return { adapter: 'command', ...runIn(role.run), env: role.env, ...shared };
  }
  if (role.adapter === 'gather') return { adapter: role.adapter, ...shared };
  if (role.adapter !== 'simulated') return { ...agentRoleDocument(role, commandOf), ...shared };
  const { adapter, work, fail, crash, costUsd } = role;
  return { adapter, work: rangeOf(work), fail, crash, costUsd, ...shared };
}

function handingOf({ handoff, handing }: PlanRole) {
  if (!handing) return { handoff };
  const { windowTokens, to } = handing;
  return {
    ...(handoff && { handoff }),
    ...(windowTokens !== null && { contextWindow: windowTokens }),
    ...(to.length > 0 && { handsTo: [...to] }),
  };
}

function moneyOf({ borrowing, costUsdMax, totalUsdMax }: PlanRole) {
  const { names = [], strategy } = borrowing ?? {};
  return {
    ...(borrowing && { account: [...names], ...(strategy && { strategy }) }),
    ...(costUsdMax !== undefined && { costUsdMax }),
    ...(totalUsdMax !== undefined && { budget: { usd: totalUsdMax } }),
  };
}

function toldOf({ prompt, skills, verify, review }: PlanRole) {
  return {
    ...(prompt !== undefined && { prompt }),
    ...(skills !== undefined && { skills: skills === 'auto' ? skills : [...skills] }),
    ...(verify && { verify: [...verify.map(checkOf), ...(review ? [reviewOf(review)] : [])] }),
  };
}

function courseOf({ work, ...shares }: SimulatedCourse) {
  return { ...(work === undefined ? {} : { work: rangeOf(work) }), ...shares };
}

function taskOf(task: PlanTask): TaskDocument {
  const { id, role, needs, prompt, env, retries, priority, estimateMs, approveWithinMs } = task;
  return {
    ...{ id, agent: role, needs: [...needs], prompt, retries, priority },
    // Agents that only pretend have no environment, and none may be named for them.
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...runIn(task.run),
    timeout: inMs(task.timeoutMs),
    backoff: backoffOf(task.backoff),
    verify: [...task.verify.map(checkOf), ...(task.review ? [reviewOf(task.review)] : [])],
    verifyTimeout: inMs(task.verifyTimeoutMs),
    ...(estimateMs === null ? {} : { estimate: inMs(estimateMs) }),
    ...(approveWithinMs === null ? {} : { approve: true, approveWithin: inMs(approveWithinMs) }),
    ...(task.workspace === undefined ? {} : { workspace: task.workspace }),
    ...(task.mayDoNothing === undefined ? {} : { mayDoNothing: true }),
    ...(task.memory === undefined ? {} : { memory: task.memory }),
    ...(task.subtasks && { subtasks: subtasksDocument(task.subtasks) }),
    ...(task.heal && { heal: healDocument(task.heal) }),
    ...(task.gather && { gather: { ...task.gather, from: [...task.gather.from] } }),
    ...(task.partOf === undefined ? {} : { partOf: task.partOf }),
  };
}

function checkOf(check: PlanCheck): CheckDocument {
  switch (check.kind) {
    case 'run': {
      const timeout = check.timeoutMs === null ? {} : { timeout: inMs(check.timeoutMs) };
      return { run: commandOf(check.run), ...timeout };
    }
    case 'file': {
      const { path: file, minBytes, matches } = check;
      return { file, minBytes, ...(matches === null ? {} : { matches }) };
    }
    case 'schema':
      return { schema: check.schema };
  }
}

function reviewOf({ role, prompt, quorum, of, retries, timeoutMs }: PlanReview): CheckDocument {
  const panel = { quorum: `${quorum} of ${of}`, timeout: inMs(timeoutMs), retries };
  return { review: { agent: role, prompt, ...panel } };
}

function runIn(run: Run | null) {
  return run === null ? {} : { run: commandOf(run) };
}

/** In a shell line braces are text: a backslash keeps each pair so, and another those before. */
function commandOf(run: Run): string | string[] {
  return 'shell' in run ? run.shell.replace(/(\\*)\{\{/g, '$1$1\\{{') : [...run.argv];
}

function backoffOf({ initialMs, factor, maxMs, jitter }: Backoff) {
  return { initial: inMs(initialMs), factor, max: inMs(maxMs), jitter };
}

const inMs = (ms: number): string => `${ms}ms`;
const rangeOf = ({ minMs, maxMs }: DurationRange): string => `${minMs}ms..${maxMs}ms`;
