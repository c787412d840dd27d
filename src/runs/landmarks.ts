/** A run's past, walked through once: the moments at which this or that could still be changed. */
import { orchestratorAddress } from '../../machines/ids.ts';
import type { Core } from '../kernel/core.ts';
import type { LoggedInput } from '../kernel/log.ts';

export interface Landmarks {
  /** The last moment at which there was work to be handed out; 0 when there was none. */
  readonly lastOpen: number;
  /** The input by which a task first got an agent. */
  readonly begun: ReadonlyMap<string, number>;
}

/** How far to go; left out: to the end. */
export interface Goal {
  /** An input. */
  readonly at?: number;
  /** A task: to where it first got an agent. */
  readonly begun?: string;
}

/** Brings the core along the inputs, up to its goal. */
export function walk(core: Core, inputs: Iterable<LoggedInput>, goal: Goal = {}): Landmarks {
  const begun = new Map<string, number>();
  let lastOpen = isOpen(core) ? core.n : 0;
  for (const input of inputs) {
    if (input.n > (goal.at ?? input.n) || (goal.begun && begun.has(goal.begun))) break;
    for (const wish of core.apply(input)) {
      if (wish.kind !== 'fact' || wish.event.type !== 'task.assigned') continue;
      const { task } = wish.event as unknown as { readonly task: string };
      if (!begun.has(task)) begun.set(task, input.n);
    }
    if (isOpen(core)) lastOpen = input.n;
  }
  return { lastOpen, begun };
}

/** Whether something can still be changed about what is to be done. */
export function isOpen(core: Core): boolean {
  const value = core.registry.find(orchestratorAddress)?.state.at.value;
  return value === 'planning' || value === 'running';
}
