/**
 * What is done about a task that goes on failing: a planner makes smaller tasks of it, and in the
 * end a person is asked.
 *
 * Invariants:
 * - it is split once, into so many tasks at most, none of which is split again;
 * - what the planner makes is asked for like all that tasks ask others for: within the run's own
 *   number of tasks and its money;
 * - a person is asked `asksMax` times at most, and waited for so long; each yes is one attempt.
 */
import { assert } from '../errors.ts';
import type { Fact } from '../events.ts';
import type { SplitSpec } from '../plan.ts';
import type { Patch, TaskContext } from './attempt.ts';
import { asksMax, nothingDone } from './healed.ts';
import { noReview } from './panel.ts';

interface Args {
  readonly context: TaskContext;
}

/** Once it has failed so often as its plan says. */
export function splits({
  spec,
  fault,
  failures,
  turn,
  healed = nothingDone,
}: TaskContext): boolean {
  const split = spec.heal?.split;
  if (!split || fault?.retryable !== true) return false;
  return turn === 'author' && healed.split === 'no' && failures + 1 >= split.after;
}

/** Its next attempt is the planner's, who may ask for tasks as its own role may not. */
export function split({ context }: Args): Patch {
  const { spec, healed = nothingDone } = context;
  const { count } = splitOf(context);
  return {
    turn: 'planner',
    slot: 'free',
    healed: { ...healed, split: 'begun' },
    spec: { ...spec, delegation: { count, depth: 1, approveWithinMs: null } },
    ...sessionless(context),
  };
}

function splitOf({ spec }: Pick<TaskContext, 'spec'>): SplitSpec {
  assert(spec.heal?.split, `${spec.id} is not to be split`);
  return spec.heal.split;
}

/** Another role's agents know nothing of the session. */
function sessionless({ spec, outcome }: Pick<TaskContext, 'spec' | 'outcome'>): Patch {
  if (outcome === null || spec.heal?.split?.role === spec.role) return {};
  const { session: _, ...left } = outcome;
  return { outcome: left };
}

export function splitFact(context: TaskContext): Fact {
  const { spec, fault, failures } = context;
  const { role } = splitOf(context);
  return { type: 'task.split', task: spec.id, role, failures: failures + 1, fault };
}

/** What it was split into has ended: its own role puts it together, and asks for nothing more. */
export function joins({ turn, spec, delegated, outcome }: TaskContext): Patch {
  if (turn !== 'planner') return {};
  const count = delegated?.subtasks.length ?? 0;
  const delegation = { count, depth: 1, approveWithinMs: null };
  return { turn: 'author', spec: { ...spec, delegation }, ...sessionless({ spec, outcome }) };
}

export function escalates({ spec, healed = nothingDone }: TaskContext): boolean {
  return spec.heal?.askWithinMs !== undefined && healed.asks < asksMax;
}

/** It is nobody's turn, and whoever judged it judges another attempt. */
export function asksSomebody({ context }: Args): Patch {
  const { healed = nothingDone } = context;
  return { slot: 'free', review: noReview, healed: { ...healed, asks: healed.asks + 1 } };
}

export const escalationMs = ({ spec }: TaskContext): number => {
  assert(spec.heal?.askWithinMs !== undefined, `${spec.id} asks nobody`);
  return spec.heal.askWithinMs;
};

export function escalatedFact(context: TaskContext): Fact {
  const { spec, fault } = context;
  return { type: 'task.escalated', task: spec.id, fault, withinMs: escalationMs(context) };
}
