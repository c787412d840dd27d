/** Learns how attempts went in the past runs of a home, without touching any of them. */
import { statSync } from 'node:fs';
import { hasJournal } from '../../journal/pages.ts';
import { readHistory } from '../../journal/reading.ts';
import { coreFrom } from '../../past/standing.ts';
import type { Plan, PlanRole } from '../../plan/plan.ts';
import {
  AttemptHistory,
  historyOf,
  type PastAttempt,
  type RoleHistory,
} from '../../runs/attempt-history.ts';
import { listRuns, type RunFolder, readOrder } from '../../runs/folder.ts';
import { attemptsMin } from './course.ts';
import type { PastRun } from './past-kinds.ts';

/** The newest count; older ones tell of older agents. */
const runsMax = 50;
/** A longer journal would keep a person waiting. */
const journalMaxBytes = 64 * 1024 * 1024;

/** Of runs of this plan where they tell enough, else of any run with such a role. */
export async function learnFrom(
  home: string,
  plan: Plan,
): Promise<(role: PlanRole) => RoleHistory | null> {
  const wanted = plan.roles.filter(learns);
  if (wanted.length === 0) return () => null;
  const past: PastRun[] = [];
  const folders = (await listRuns(home)).slice(0, runsMax);
  for (const folder of folders) past.push(...(await pastRun(folder, wanted)));
  if (past.length === 0) return () => null;
  const { kindHistories } = await import('./past-kinds.ts');
  const kindsOf = kindHistories(past, plan);
  return (role) => {
    const known = historyIn(past, plan, role);
    const kinds = known && kindsOf(role).filter(({ attempts }) => attempts < known.attempts);
    return known && kinds && kinds.length > 0 ? { ...known, kinds } : known;
  };
}

function historyIn(past: readonly PastRun[], plan: Plan, { name }: PlanRole): RoleHistory | null {
  const attemptsIn = (runs: readonly PastRun[]): readonly PastAttempt[] =>
    runs.flatMap(({ attempts }) => attempts.filter(({ role }) => role === name));
  const own = historyOf(attemptsIn(past.filter((run) => run.plan.name === plan.name)));
  if (own && own.attempts >= attemptsMin) return own;
  const other = historyOf(attemptsIn(past));
  // A task of the same name in another plan may be anything.
  return other && { ...other, ofTasks: new Map() };
}

/** A role whose course the plan gives whole needs no history. */
function learns({ adapter, simulate = {} }: PlanRole): boolean {
  const { work, fail, crash, costUsd } = simulate;
  const isWhole = [work, fail, crash, costUsd].every((each) => each !== undefined);
  return adapter !== 'simulated' && adapter !== 'gather' && !isWhole;
}

/** What can't be read tells nothing, and must not keep anybody from looking ahead. */
async function pastRun(
  folder: RunFolder,
  wanted: readonly PlanRole[],
): Promise<readonly PastRun[]> {
  const order = await readOrder(folder).catch(() => null);
  const bytes = statSync(folder.journal, { throwIfNoEntry: false })?.size ?? 0;
  if (!order || !hasJournal(folder.path) || bytes > journalMaxBytes) return [];
  const tasks = tasksOf(order.plan, wanted);
  if (tasks.length === 0) return [];
  const history = new AttemptHistory();
  try {
    const { base, inputs } = readHistory(folder.path);
    history.take(folder.id, tasks, inputs, coreFrom(base));
  } catch {
    // It was read as far as it goes.
  }
  return [{ plan: order.plan, attempts: history.attempts }];
}

/** Those of roles with the same name and adapter. */
function tasksOf({ roles, tasks }: Plan, wanted: readonly PlanRole[]): Plan['tasks'] {
  const isWanted = (role: PlanRole): boolean =>
    wanted.some(({ name, adapter }) => name === role.name && adapter === role.adapter);
  const names = new Set(roles.filter(isWanted).map(({ name }) => name));
  return tasks.filter(({ role }) => names.has(role));
}
