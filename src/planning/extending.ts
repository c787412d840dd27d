/**
 * What a person adds to a run becomes tasks of it, once the ordinary loader finds the whole good.
 *
 * Invariants:
 * - the plan with its newcomers passes every check that a plan passes before it begins;
 * - what is looked at and what follows from it are one step: nobody settles in between;
 * - a newcomer that could never begin is refused, and not taken in to be skipped.
 */
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import type { System } from '../kernel/system.ts';
import { mayTakePrompts } from '../plan/prompts/prompt-shelf.ts';
import { openPrompts } from '../remembering/prompts.ts';
import type { Addition } from '../runs/addition.ts';
import type { RunOrder } from '../runs/folder.ts';
import { draftExtension, type RunGround } from './extension.ts';

export interface ExtendRoom {
  readonly run: string;
  readonly system: System;
  readonly order: RunOrder;
  readonly config: Pick<Config, 'home'>;
  readonly clock: Clock;
}

/** Answers the names of the new tasks, once they are safe. Throws a UserError. */
export async function extend(room: ExtendRoom, addition: Addition): Promise<readonly string[]> {
  const { run: id, system, order, config, clock } = room;
  const { home } = config;
  const repository = order.base ? 'there' : 'none';
  const ground: RunGround = { id, core: system.core, plan: order.plan, repository };
  const prompts = mayTakePrompts(addition.text) ? await openPrompts(home, clock) : undefined;
  const asked = { ...addition, ...(prompts && { prompts }) };
  const foreseen = draftExtension(ground, asked);
  const { clear } = await import('../verify/clearance.ts');
  await clear(foreseen.plan, {}, { home });
  // Looking took a while: what counts is how the run stands now.
  const { inputs, ids } = draftExtension(ground, asked);
  for (const input of inputs) system.inject(input);
  await system.flushed();
  return ids;
}
