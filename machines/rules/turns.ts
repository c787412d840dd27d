/** Who has a task from now on: a successor, another role in place of one that can't, or nobody. */
import type { TroupeEvent } from '../events.ts';
import { doomed, type Patch, type TaskContext } from './attempt.ts';
import { fallBack } from './falling.ts';
import { handOver } from './handing.ts';

type Event<Type extends TroupeEvent['type']> = TroupeEvent & { readonly type: Type };

interface Args {
  readonly context: TaskContext;
  readonly event: TroupeEvent;
}

export const handsOver = ({ context }: Pick<Args, 'context'>): Patch => handOver(context);

/** A lost role says so itself; what else is wrong is known by then. */
export const fallsBack = ({ context, event }: Args): Patch =>
  fallBack(event.type === 'role.lost' ? { ...context, fault: event.fault } : context);

/** Nobody will come for it. */
export const refused = ({ event }: { readonly event: Event<'role.lost' | 'task.refuse'> }): Patch =>
  doomed(event);
