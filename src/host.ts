/** The runtime without agents: hosts any XState v5 machine, durably when it is given a folder. */
import { resolve } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { FileJournal } from './journal/file.ts';
import { MemoryJournal } from './journal/memory.ts';
import type { Behaviours } from './kernel/behaviours.ts';
import type { Clock } from './kernel/clock.ts';
import type { CoreLimits } from './kernel/core.ts';
import { System } from './kernel/system.ts';
import { versionsOf } from './kernel/versions.ts';
import { takeOver } from './upgrading.ts';

export interface OpenSystemOptions {
  /** Every machine that may be spawned; the journal names them by their `id`. */
  readonly machines: readonly AnyStateMachine[];
  /** What is done for their invokes and named actions, where the machine does not say it itself. */
  readonly behaviours?: Behaviours;
  /** Where the journal is kept. Without it the system lives as long as the process. */
  readonly folder?: string;
  readonly clock?: Clock;
  readonly limits?: Partial<CoreLimits>;
}

/** Opens a system, as its folder has it when there was one before, and goes on with its work. */
export async function openSystem({ folder, ...options }: OpenSystemOptions): Promise<System> {
  const about = { machines: versionsOf(options.machines) };
  let log = folder ? await FileJournal.open(resolve(folder), { about }) : new MemoryJournal();
  try {
    if (log instanceof FileJournal) log = await takeOver(log, options.machines, about);
    return await System.open({ ...options, log });
  } catch (error) {
    await log.close();
    throw error;
  }
}
