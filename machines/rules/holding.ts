/**
 * A task that a person has taken over: its agent is stopped, and whoever gets it back begins with
 * what the person says of it, in the same place.
 *
 * Invariants:
 * - nobody else works on it meanwhile, and it holds no place for work;
 * - no retry is spent by it; the attempt that was cut short goes on as the same one;
 * - a person who never hands it back is waited for so long, and then agents go on;
 * - it is taken over so often at most as it may pause.
 */
import { assert } from '../errors.ts';
import type { Fact, TroupeEvent } from '../events.ts';
import { type Fault, type HandoffNote, noOutput, noUsage, type Outcome } from '../outcome.ts';
import { type Patch, pausesMax, roleAtWork, type TaskContext, told } from './attempt.ts';
import type { WorkInput } from './duty.ts';
import type { Held } from './handing.ts';

interface Args {
  readonly context: TaskContext;
  readonly event: TroupeEvent;
}

/** An agent that is stopped gets so long to end, and to be asked what it leaves. */
export const recallDeadlineMs = 60_000;

export const mayTake = ({ pauses }: Pick<TaskContext, 'pauses'>): boolean => pauses < pausesMax;

const take =
  (from: Held['from']) =>
  ({ context, event }: Args): Patch => {
    assert(event.type === 'task.take', `nobody takes ${context.spec.id} over`);
    const { by, withinMs } = event;
    const fault = { code: 'task.taken', message: `${by} took it over`, retryable: true };
    return { held: { by, withinMs, from }, pauses: context.pauses + 1, fault };
  };

export const takenAtWork = take('attempt');
export const takenAtRest = take('pause');

/** What the attempt that was cut short has left is asked for as if it had been interrupted. */
export function recallInput(context: TaskContext): WorkInput {
  const { spec, token, agent, attempt, seed, earlier } = context;
  assert(token !== null && agent !== null, `nobody has worked on ${spec.id}`);
  const known = { task: spec.id, token, attempt, agent, role: roleAtWork(context), seed };
  return { ...known, timeoutMs: spec.timeoutMs, inbox: [], ...(earlier && { earlier }) };
}

/** Why it was cut short is known better here. */
export function recalled(context: TaskContext, left: Outcome): Patch {
  return { ...told(context, left), fault: context.fault };
}

function heldOf({ held, spec }: TaskContext): Held {
  assert(held, `nobody has ${spec.id}`);
  return held;
}

export const heldMs = (context: TaskContext): number => heldOf(context).withinMs;

export function heldFact(context: TaskContext): Fact {
  const { by, withinMs } = heldOf(context);
  return { type: 'task.held', task: context.spec.id, by, withinMs };
}

export function returnedFact({ context, event }: Args): Fact {
  const by = event.type === 'task.return' ? event.by : null;
  return { type: 'task.returned', task: context.spec.id, by };
}

/** Whoever goes on reads what the person says, and begins a session of their own. */
export function returned({ context, event }: Args): Patch {
  const [held, { handed, turn }] = [heldOf(context), context];
  const [fault, handoff] =
    event.type === 'task.return' ? [faultOf(event.by), event.note] : forgotten(held);
  const goesOn = { count: 0, role: null, spentMs: 0, ...handed, stage: 'due' } as const;
  return {
    held: null,
    fault,
    outcome: { ...measuredOf(context), kind: 'interrupted', fault, handoff },
    // Smaller tasks are wanted of what nobody has touched since.
    turn: turn === 'planner' ? 'author' : turn,
    ...(held.from === 'attempt' && { handed: goesOn }),
  };
}

function faultOf(by: string): Fault {
  const message = `${by} worked on it, and handed it back`;
  return { code: 'task.returned', message, retryable: true };
}

function forgotten({ by }: Held): readonly [Fault, HandoffNote] {
  const message = `${by} took it over, and did not hand it back in time`;
  const open = [`See what is there: ${message}, and has left no note.`];
  const note = { done: [], open, decisions: [], files: [], next: 'Look at the files, and go on.' };
  return [{ code: 'task.returned', message, retryable: true }, note];
}

type Measured = Pick<Outcome, 'durationMs' | 'output' | 'usage' | 'evidence'>;

function measuredOf({ outcome }: TaskContext): Measured {
  if (!outcome) return { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  const { durationMs, output, usage, evidence } = outcome;
  return { durationMs, output, usage, evidence };
}
