/**
 * What decides in the contexts of the product's machines: the rest only grows or is told to others.
 *
 * Leaving out what does decide would hide states: test/verify/machines/views.test.ts walks pairs of
 * equal views side by side.
 */
import type { EventObject } from 'xstate';
import type { TroupeEvent } from '../../../../machines/events.ts';
import type { TaskContext } from '../../../../machines/rules/attempt.ts';
import type { AgentContext } from '../../../../machines/rules/duty.ts';
import type { AccountContext } from '../../../../machines/rules/lending.ts';
import type { OrchestratorContext } from '../../../../machines/rules/orchestration.ts';
import type { SharedContext } from '../../../../machines/rules/shared-context.ts';
import type { SortedMap, Tree } from '../../../../machines/rules/sorted-map.ts';
import type { UpkeepContext } from '../../../../machines/rules/upkeep.ts';

/** Attempts, pauses and money are counted for records alone, and whom it tells decides nothing. */
export function taskView(context: TaskContext): unknown {
  const { attempt: _a, pauses: _p, costUsd: _c, evidence: _e, earlier: _b, ...deciding } = context;
  const { dependants: _d, ...spec } = deciding.spec;
  // Its message is for people.
  const fault = deciding.fault && [deciding.fault.code, deciding.fault.retryable];
  return { ...deciding, spec, fault };
}

/**
 * Whatever else a task is for, a person takes it over as they take a plain one, and once; and once
 * a person had a say in it, its attempts go on as they did before.
 */
export function taskAdmits(context: TaskContext, event: EventObject): boolean {
  const { held, spec } = context;
  if (event.type === 'task.take') return isPlain(context) && held === undefined;
  if (event.type === 'task.amend') return spec.heal === undefined;
  const hadSay = held === null || spec.heal?.askWithinMs !== undefined;
  if (!hadSay || event.type !== 'task.reported') return true;
  const { outcome } = event as TroupeEvent & { type: 'task.reported' };
  if (outcome.kind === 'failed') return !outcome.fault.retryable;
  return outcome.judgement?.accepts === true;
}

function isPlain({ spec, healed, outcome }: TaskContext): boolean {
  if (spec.heal) return healed?.asks === 1 && outcome === null;
  const { review, delegation, handoffs, fallback, resolver, gathers } = spec;
  const special = review ?? delegation ?? handoffs ?? fallback ?? resolver ?? gathers ?? null;
  return special === null && spec.approveWithinMs === null && !spec.checked;
}

export function agentView(context: AgentContext): unknown {
  const { inbox: _i, attempt, questions = [], answers = [], ...deciding } = context;
  const asked = new Set(questions.map(({ id }) => id));
  const known = attempt?.earlier?.answers ?? [];
  const token = attempt?.token ?? null;
  return { ...deciding, token, known, asked, answered: answers.length > 0 };
}

/** Versions only rise. */
export function sharedView({ entries }: SharedContext): unknown {
  return Object.entries(entries).map(([key, { value }]) => [key, value]);
}

export function upkeepView({
  round: _round,
  report: _report,
  ...deciding
}: UpkeepContext): unknown {
  return deciding;
}

/** Who is ready, idle or busy, however the trees that hold them have grown. */
export function orchestratorView(context: OrchestratorContext): unknown {
  const { plan, mode, onFailure, dispatch, dispatchDue, unsettled, waves, roles, halt } = context;
  const { failed, skipped, cancelled } = context.counts;
  const { waived = 0, excused = 0 } = context;
  const isMissing = failed + skipped + cancelled - waived - excused > 0;
  const gone = new Set(context.lost.map(({ role }) => role));
  const queues = [...entriesOf(dispatch.roles)].map(({ key, value }) => {
    const [ready, idle] = [[...entriesOf(value.ready)], [...entriesOf(value.idle)]];
    const asks = ready.map((one) => one.value.task);
    return [key, value.running, value.spec.concurrency, asks, idle.map((one) => one.key)];
  });
  const busy = [...entriesOf(dispatch.agents)].map(({ key, value }) => [key, value.task]);
  return [
    ...[plan?.mode, mode, onFailure, dispatchDue, unsettled, waves.open, waves.unsettled, roles],
    ...[halt.kind, dispatch.concurrency, isMissing, gone],
    ...[queues, busy, context.subtasks?.count, context.tasks.length],
  ];
}

function* entriesOf<K, V>(map: SortedMap<K, V>): Generator<Tree<K, V>> {
  if (!map) return;
  yield* entriesOf(map.left);
  yield map;
  yield* entriesOf(map.right);
}

/** With more of them there is only more of the same. */
const tasksMax = 3;

/** Whoever gives a place back has one; and people do not add tasks for ever. */
export function orchestratorAdmits(context: OrchestratorContext, event: EventObject): boolean {
  const { tasks, subtasks } = context;
  if (event.type === 'plan.extend') return tasks.length < tasksMax;
  if (event.type === 'task.add' && tasks.length === tasksMax) return subtasks?.count !== 0;
  const { held } = event as EventObject & { held?: unknown };
  const frees = event.type === 'task.released' || (event.type === 'task.settled' && held !== null);
  return !frees || context.dispatch.running > 0;
}

/** Without a cap, nothing that was spent decides. */
export function accountView(context: AccountContext): unknown {
  const { limits, loans, trouble, warned, requests, tokens } = context;
  const isCapped = limits.usdMax !== null || limits.usdPerDay !== null;
  const spent = isCapped ? [context.spent, context.today] : null;
  const lent = Object.keys(loans).sort();
  return { limits, lent, trouble, warned, spent, requests, tokens };
}
