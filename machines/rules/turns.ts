/** Who has a task from now on: a successor, another role in place of one that can't, or nobody. */
import type { Fact, Settled, TaskRecord, TroupeEvent } from '../events.ts';
import type { Message } from '../messages.ts';
import type { Patch, TaskContext } from './attempt.ts';
import * as attempt from './attempt.ts';
import { fallBack } from './falling.ts';
import { handOver } from './handing.ts';

interface Args {
  readonly context: TaskContext;
  readonly event: TroupeEvent;
}

/** Before anybody else has it: the slot and the money are of whoever worked on it. */
export const letGo = {
  type: 'sendAll',
  params: ({ context }: Pick<Args, 'context'>) => attempt.release(context),
} as const;

/** To whoever waits for it, or works on it: nobody does any more. */
export const farewell = {
  type: 'sendAll',
  params: ({ context }: Pick<Args, 'context'>) => attempt.farewells(context),
} as const;

export const handsOver = ({ context }: Pick<Args, 'context'>): Patch => {
  return { ...handOver(context), slot: 'free' };
};

/** A lost role says so itself; what else is wrong is known by then. */
export const fallsBack = ({ context, event }: Args): Patch => {
  const known = event.type === 'role.lost' ? { ...context, fault: event.fault } : context;
  return { ...fallBack(known), slot: 'free' };
};

/** The lost role had it in place of its own: made anew by that one, or not made smaller at all. */
export function mayComeBack({ context, event }: Args): boolean {
  const { turn, spec, handed } = context;
  if (event.type !== 'role.lost' || event.role === spec.role) return false;
  return turn === 'planner' || (turn === 'author' && handed?.role === event.role);
}

export const comesBack = ({ context }: Pick<Args, 'context'>): Patch => {
  const { turn, handed } = context;
  if (turn === 'planner') return { turn: 'author' };
  return handed ? { handed: { ...handed, role: null } } : {};
};

type Doomed = Extract<TroupeEvent, { type: 'role.lost' | 'task.refuse' | 'agent.lost' }>;

/** Nobody will come for it. */
export const refused = ({ event }: { readonly event: Doomed }): Patch => attempt.doomed(event);

type Told<Result> = (args: Pick<Args, 'context'>) => Result;

/** What is written of its end, said of it, and told to those who wait for it. */
export const record = (end: Settled) => {
  const params: Told<TaskRecord> = ({ context }) => attempt.recordOf(context, end);
  return { type: 'record', params } as const;
};

export const settled =
  (end: Settled): Told<Fact> =>
  ({ context }) =>
    attempt.settledFact(context, end);

export const tell = (end: Settled) => {
  const params: Told<{ messages: Message[] }> = ({ context }) =>
    attempt.settledMessages(context, end);
  return { type: 'sendAll', params } as const;
};
