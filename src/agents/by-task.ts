/** Several agents that play one role: a task says which of them is to have it. */
import { noOutput, noUsage, type Outcome, unknownUsage } from '../../machines/outcome.ts';
import type { Adapter } from './agent.ts';

/** Each is made, and looked at, when the first of its tasks comes. */
export function adapterByTask(
  name: string,
  playerFor: (task: string) => string,
  make: (player: string) => Promise<Adapter>,
): Adapter {
  const made = new Map<string, Promise<Adapter>>();
  const playing = (task: string): Promise<Adapter> => {
    const player = playerFor(task);
    const known = made.get(player) ?? make(player);
    made.set(player, known);
    return known;
  };
  return {
    name,
    open: async () => (await playing('')).open(),
    work: async (assignment, world): Promise<Outcome> => {
      const player = await playing(assignment.task);
      const fault = await player.open();
      if (fault === null) return player.work(assignment, world);
      const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
      return { kind: 'failed', fault, ...measured, chosen: playerFor(assignment.task) };
    },
    recall: async (attempt) =>
      (await (await playing(attempt.task)).recall?.(attempt)) ?? { usage: unknownUsage },
  };
}
