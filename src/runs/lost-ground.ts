/**
 * A disk under the run that is full, or can only be read, is no failure of a task: the run halts,
 * and once that is mended it goes on, with what was lost to it done again.
 */
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';

/** As agents name it, whose words could not be kept. */
const noDisk = 'agent.disk-full';
const code = 'home.disk-full';
const hint = 'free some space there, or see that it can be written';

/** Null: whatever became of the attempt, it was its own. */
export function groundLostTo(outcome: Outcome): UserError | null {
  if (outcome.kind !== 'failed' || outcome.fault.code !== noDisk) return null;
  return new UserError(code, outcome.fault.message, hint);
}

/** A check whose words could not be kept has seen nothing. */
export function requireGround<Seen extends { readonly fault: Fault | null }>(seen: Seen): Seen {
  if (seen.fault?.code === noDisk) throw new UserError(code, seen.fault.message, hint);
  return seen;
}

const errnos: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS'];

export function isGroundLost(error: unknown): boolean {
  if (isUserError(error)) return error.code === code;
  return error instanceof Error && errnos.includes((error as NodeJS.ErrnoException).code);
}
