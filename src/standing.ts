/** How a run stands, read from its folder by the machines of this version; nothing is changed. */

import type { Owner } from './journal/lock.ts';
import { hasJournal } from './journal/pages.ts';
import { lookInto, readState } from './journal/reading.ts';
import { Charts } from './kernel/charts.ts';
import { Core } from './kernel/core.ts';
import type { StoredSystem } from './kernel/log.ts';
import { restoreCore, type StoredCore } from './kernel/persist.ts';
import { isUserError } from './kernel/user-error.ts';
import type { RunFolder } from './runs/folder.ts';
import { runMachines } from './runs/launch.ts';
import { lostView, type RunView } from './runs/view.ts';

/** A run that was killed before its journal had a line has no inputs. */
export function coreOf({ path }: RunFolder): Core {
  if (!hasJournal(path) || !lookInto(path).header) return coreFrom(null);
  const { base, inputs } = readState(path);
  const core = coreFrom(base);
  for (const input of inputs) core.apply(input);
  return core;
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
