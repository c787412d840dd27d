/** What a task that waits makes of the ends of those that it needs. */
import type { Told, TroupeEvent } from '../events.ts';
import type { Fault } from '../outcome.ts';
import type { Patch, TaskContext } from './attempt.ts';

type Settling = TroupeEvent & { readonly type: 'dependency.settled' };

/** How each end reads in a sentence. */
export const ended: Readonly<Record<Told, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'was skipped',
  waived: 'was skipped by a person',
  cancelled: 'was cancelled',
};

/** Whoever needs it goes on. */
export const isMet = (status: Told): boolean => status === 'succeeded' || status === 'waived';

export function met({ open, prefer, unmet = 0 }: TaskContext, { agent, status }: Settling): Patch {
  const patch = { open: open - 1, prefer: agent ?? prefer };
  return isMet(status) ? patch : { ...patch, unmet: unmet + 1 };
}

export function unmet({ task, status }: Settling): Fault {
  const message = `it needs ${task}, which ${ended[status]}`;
  return { code: `dependency.${status}`, message, retryable: false };
}
