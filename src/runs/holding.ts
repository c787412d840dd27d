/** A person takes a task over, or hands it back: when that can be done, and what its task hears. */

import { z } from 'zod';
import type { TroupeEvent } from '../../machines/events.ts';
import { UserError } from '../kernel/user-error.ts';
import { standing } from './state-words.ts';
import { findTask, type RunView } from './view.ts';

/** How long a person is waited for who does not say it. */
export const takeoverDefaultMs = 24 * 60 * 60_000;
const takeoverMaxMs = 30 * 24 * 60 * 60_000;

const text = z.string().min(1).max(100_000);
const entries = z.array(z.string().max(2_000)).max(50).readonly();

export const takeShape = z.strictObject({
  type: z.literal('task.take'),
  task: text,
  by: text,
  withinMs: z.number().int().min(1_000).max(takeoverMaxMs).default(takeoverDefaultMs),
});

export const returnShape = z.strictObject({
  type: z.literal('task.return'),
  task: text,
  by: text,
  note: z.strictObject({
    ...{ done: entries, open: entries, decisions: entries, files: entries },
    next: z.string().max(4_000),
  }),
  work: z.enum(['open', 'done']).default('open'),
});

type Request = z.output<typeof takeShape> | z.output<typeof returnShape>;

const takeable: readonly string[] = [
  ...['ready', 'assigned', 'running', 'retrying', 'parked', 'escalated'],
];

/** Throws a UserError that says what can be done instead. */
export function holdingEvent(view: RunView, request: Request): TroupeEvent {
  const { type, task: name, by } = request;
  const task = findTask(view, name);
  if (type === 'task.return') {
    if (task.state === 'held') {
      const { note, work } = request;
      return { type, by, note: work === 'done' ? { ...note, finishedBy: by } : note };
    }
    const hint = `take it over first: troupe takeover ${view.id} ${name}`;
    throw new UserError(
      'task.not-held',
      `nobody has taken ${name} over: it is ${task.state}`,
      hint,
    );
  }
  if (takeable.includes(task.state)) return { type, by, withinMs: request.withinMs };
  throw new UserError('task.not-takeable', ...refusal(view.id, name, task.state, task.heldBy));
}

function refusal(run: string, name: string, state: string, by = ''): [string, string] {
  if (state === 'held' || state === 'taking') {
    return [`${by} has ${name} already`, `troupe handback ${run} ${name} --note "..."`];
  }
  const message = `${name} can't be taken over: ${standing(state)}`;
  const isOver = ['succeeded', 'failed', 'skipped', 'cancelled', 'crashed'].includes(state);
  const hint = isOver
    ? `go on from before it in a fork: troupe fork ${run} --before ${name}`
    : `see what it waits for, and try again then: troupe why ${run} ${name}`;
  return [message, hint];
}
