/** A pause before the next attempt that a person cuts short: the timer fires now, in their name. */

import { taskAddress, taskId } from '../../machines/ids.ts';
import type { Core } from '../kernel/core.ts';
import type { Input } from '../kernel/input.ts';
import { UserError } from '../kernel/user-error.ts';
import { standing } from './state-words.ts';
import { findTask, type RunView } from './view.ts';

const pauses: readonly string[] = ['retrying', 'parked'];

/** Throws a UserError when the task is not pausing. */
export function hastening(core: Core, view: RunView, name: string, by: string): Input {
  const { state } = findTask(view, name);
  const to = taskAddress(taskId(name));
  const [timer] = [...(core.registry.find(to)?.timers.keys() ?? [])];
  if (pauses.includes(state) && timer !== undefined) return { kind: 'timer', to, timer, by };
  const hint = `an ended task is tried again in a fork: troupe fork ${view.id} --before ${name}`;
  throw new UserError('task.not-pausing', `${name} waits for no attempt: ${standing(state)}`, hint);
}
