/** A run's past, walked through once: the moments at which this or that could still be changed. */
import { orchestratorAddress } from '../../machines/ids.ts';
import type { Core } from '../kernel/core.ts';
import type { LoggedInput } from '../kernel/log.ts';

export interface Landmarks {
  /** The last input; 0 when there is none. */
  readonly last: number;
  /** The last moment at which there was work to be handed out; 0 when there was none. */
  readonly lastOpen: number;
  /** The input by which a task first got an agent. */
  readonly begun: ReadonlyMap<string, number>;
}

/** Brings the core to the end of the inputs. */
export function walk(core: Core, inputs: Iterable<LoggedInput>): Landmarks {
  const begun = new Map<string, number>();
  let lastOpen = isOpen(core) ? core.n : 0;
  for (const input of inputs) {
    for (const wish of core.apply(input)) {
      if (wish.kind !== 'fact' || wish.event.type !== 'task.assigned') continue;
      const { task } = wish.event as unknown as { readonly task: string };
      if (!begun.has(task)) begun.set(task, input.n);
    }
    if (isOpen(core)) lastOpen = input.n;
  }
  return { last: core.n, lastOpen, begun };
}

/** Whether something can still be changed about what is to be done. */
export function isOpen(core: Core): boolean {
  const value = core.registry.find(orchestratorAddress)?.state.at.value;
  return value === 'planning' || value === 'running';
}
