/** Who has a task from now on: a successor, another role in place of one that can't, or nobody. */
import type { TroupeEvent } from '../events.ts';
import { doomed, type Patch, release, type TaskContext } from './attempt.ts';
import { fallBack } from './falling.ts';
import { handOver } from './handing.ts';

type Event<Type extends TroupeEvent['type']> = TroupeEvent & { readonly type: Type };

interface Args {
  readonly context: TaskContext;
  readonly event: TroupeEvent;
}

/** Before anybody else has it: the slot and the money are of whoever worked on it. */
export const letGo = {
  type: 'sendAll',
  params: ({ context }: Pick<Args, 'context'>) => release(context),
} as const;

export const handsOver = ({ context }: Pick<Args, 'context'>): Patch => {
  return { ...handOver(context), slot: 'free' };
};

/** A lost role says so itself; what else is wrong is known by then. */
export const fallsBack = ({ context, event }: Args): Patch => {
  const known = event.type === 'role.lost' ? { ...context, fault: event.fault } : context;
  return { ...fallBack(known), slot: 'free' };
};

/** Nobody will come for it. */
export const refused = ({ event }: { readonly event: Event<'role.lost' | 'task.refuse'> }): Patch =>
  doomed(event);
