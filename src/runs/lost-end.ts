/**
 * A journal that has lost its end would have done again what is done: what was written after it
 * tells. Results and the words of agents are never on disk before what they follow from.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { orchestratorAddress, taskAddress, taskId } from '../../machines/ids.ts';
import type { Core } from '../kernel/core.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunFolder } from './folder.ts';
import { isWritten } from './results.ts';
import { stateOf } from './view.ts';

/** Throws where something of the run is there that its journal does not know. */
export function refuseLostEnd(folder: RunFolder, plan: Plan, core: Core): void {
  const orchestrator = core.registry.lookUp(orchestratorAddress);
  const isBegun = orchestrator !== undefined && stateOf(orchestrator) !== 'planning';
  if (!isBegun && hasAny(join(folder.path, 'streams'))) throw lostEnd(folder, 'streams');
  const written = new Set(namesIn(folder.results));
  for (const { id } of written.size === 0 ? [] : plan.tasks) {
    if (!written.has(`${id}.json`)) continue;
    const task = core.registry.lookUp(taskAddress(taskId(id)));
    // Of one that ended long ago nothing may be left but its result.
    const isEarly = task ? task.alive : !isBegun;
    if (isEarly && isWritten(folder, id)) throw lostEnd(folder, join('results', `${id}.json`));
  }
}

const hasAny = (path: string): boolean => namesIn(path).length > 0;

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function lostEnd({ journal, path }: RunFolder, what: string): UserError {
  return new UserError(
    'journal.end-lost',
    `${journal} has lost its end: ${what} comes after it, and is there`,
    `restore it from a copy; to have that done once more instead, delete ${join(path, what)}`,
  );
}
