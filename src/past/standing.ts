/** How a run stands, read from its folder by the machines of this version; nothing is changed. */

import type { Owner } from '../journal/lock.ts';
import { hasJournal } from '../journal/pages.ts';
import { lookInto, readState } from '../journal/reading.ts';
import { Charts } from '../kernel/charts.ts';
import { Core } from '../kernel/core.ts';
import type { StoredSystem } from '../kernel/log.ts';
import { restoreCore, type StoredCore } from '../kernel/persist.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { grownPlan } from '../runs/growth.ts';
import { runMachines } from '../runs/launch.ts';
import { lostView, type RunView } from '../runs/view.ts';

/** A run that was killed before its journal had a line has no inputs. */
export function coreOf({ path }: RunFolder): Core {
  if (!hasJournal(path) || !lookInto(path).header) return coreFrom(null);
  const { base, inputs } = readState(path);
  const core = coreFrom(base);
  for (const input of inputs) core.apply(input);
  return core;
}

/** Finds tasks by id; only for one that was not planned is the journal read, and once. */
export function taskFinder(
  folder: RunFolder,
  { plan }: RunOrder,
): (id: string) => PlanTask | undefined {
  const planned = byId(plan);
  let grown: ReadonlyMap<string, PlanTask> | null = null;
  return (id) => {
    const known = planned.get(id) ?? grown?.get(id);
    if (known || grown) return known;
    grown = byId(planAsGrown(folder, plan));
    return grown.get(id);
  };
}

const byId = ({ tasks }: Plan): ReadonlyMap<string, PlanTask> =>
  new Map(tasks.map((task) => [task.id, task]));

/** With the tasks that it added by itself; as it was ordered where its journal can't be read. */
function planAsGrown(folder: RunFolder, plan: Plan): Plan {
  try {
    return grownPlan(coreOf(folder), plan);
  } catch {
    return plan;
  }
}

export function coreFrom(base: StoredSystem | null): Core {
  const charts = new Charts(runMachines);
  const core = new Core(charts);
  // To look at a run of another version does no harm: nothing follows from it.
  if (base) restoreCore(core, charts, base.core as StoredCore, 'any version');
  return core;
}

/** One line of `ps`. */
export interface RunSummary {
  readonly view: RunView;
  /** The process that works on it now; null when nobody does. */
  readonly owner: Owner | null;
  readonly orderedAt: number;
}

/** One damaged folder must not hide the others. */
export const unreadable =
  (folder: RunFolder) =>
  (error: unknown): RunSummary => {
    if (!isUserError(error)) throw error;
    return { view: lostView(folder.id, error.message), owner: null, orderedAt: 0 };
  };
