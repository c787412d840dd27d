/**
 * Lets a newer version go on with what an older one began, when that is safe.
 *
 * Machines that have changed may take the inputs of a journal elsewhere than those that lived them,
 * whose effects have left already. So they never replay them: they go on from the stored system
 * alone, which the older version leaves behind when it is stopped gently, and only when
 * - nothing came after it: what did would have to be replayed;
 * - each actor finds the state it stands in, the deadlines it waits for and the work it called.
 * A machine that needs more in its context than before must call its states otherwise.
 */
import type { AnyStateMachine } from 'xstate';
import type { FileJournal } from './journal/file.ts';
import { Charts } from './kernel/charts.ts';
import { Core } from './kernel/core.ts';
import { restoreCore, type StoredCore, storeCore } from './kernel/persist.ts';
import { isUserError, UserError } from './kernel/user-error.ts';
import { haveChanged, howToFinish, refuseOthers } from './kernel/versions.ts';

/**
 * The journal to go on with; `about` is what the header of a new one says. Throws when only the
 * version that began it can finish it, and leaves all as it is.
 */
export async function takeOver(
  log: FileJournal,
  machines: readonly AnyStateMachine[],
  about: unknown,
): Promise<FileJournal> {
  const before = log.header.about;
  if (!haveChanged(machines, before)) return log;
  const { stored, inputs } = await log.load();
  const [next] = inputs;
  if (!stored || next) {
    refuseOthers(machines, before);
    return log;
  }
  const charts = new Charts(machines);
  const core = new Core(charts);
  try {
    restoreCore(core, charts, stored.core as StoredCore, 'any version');
  } catch (error) {
    throw isUserError(error)
      ? new UserError(error.code, error.message, howToFinish(before) ?? error.hint)
      : error;
  }
  return log.renew(about, { n: core.n, core: storeCore(core) });
}
