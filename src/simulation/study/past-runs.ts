/** Learns how attempts went in the past runs of a home, without touching any of them. */
import { statSync } from 'node:fs';
import { hasJournal } from '../../journal/pages.ts';
import { readHistory } from '../../journal/reading.ts';
import type { Plan, PlanRole } from '../../plan/plan.ts';
import { AttemptHistory, type RoleHistory } from '../../runs/attempt-history.ts';
import { listRuns, type RunFolder, readOrder } from '../../runs/folder.ts';
import { coreFrom } from '../../standing.ts';
import { attemptsMin } from './course.ts';

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
  const [same, all] = [new AttemptHistory(), new AttemptHistory()];
  const folders = (await listRuns(home)).slice(0, runsMax);
  for (const folder of folders) await learnOne(folder, plan, wanted, { same, all });
  return ({ name }) => {
    const own = same.of(name);
    if (own && own.attempts >= attemptsMin) return own;
    const other = all.of(name);
    // A task of the same name in another plan may be anything.
    return other && { ...other, ofTasks: new Map() };
  };
}

/** A role whose course the plan gives whole needs no history. */
function learns({ adapter, simulate = {} }: PlanRole): boolean {
  const { work, fail, crash, costUsd } = simulate;
  const isWhole = [work, fail, crash, costUsd].every((each) => each !== undefined);
  return adapter !== 'simulated' && adapter !== 'gather' && !isWhole;
}

interface Histories {
  readonly same: AttemptHistory;
  readonly all: AttemptHistory;
}

/** What can't be read tells nothing, and must not keep anybody from looking ahead. */
async function learnOne(
  folder: RunFolder,
  plan: Plan,
  wanted: readonly PlanRole[],
  { same, all }: Histories,
): Promise<void> {
  const order = await readOrder(folder).catch(() => null);
  const bytes = statSync(folder.journal, { throwIfNoEntry: false })?.size ?? 0;
  if (!order || !hasJournal(folder.path) || bytes > journalMaxBytes) return;
  const tasks = tasksOf(order.plan, wanted);
  if (tasks.length === 0) return;
  for (const history of order.plan.name === plan.name ? [same, all] : [all]) {
    try {
      const { base, inputs } = readHistory(folder.path);
      history.take(folder.id, tasks, inputs, coreFrom(base));
    } catch {
      return;
    }
  }
}

/** Those of roles with the same name and adapter. */
function tasksOf({ roles, tasks }: Plan, wanted: readonly PlanRole[]): Plan['tasks'] {
  const isWanted = (role: PlanRole): boolean =>
    wanted.some(({ name, adapter }) => name === role.name && adapter === role.adapter);
  const names = new Set(roles.filter(isWanted).map(({ name }) => name));
  return tasks.filter(({ role }) => names.has(role));
}
