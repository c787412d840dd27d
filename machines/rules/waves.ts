/** Tasks in waves: one wave is open at a time, and the next one opens once all of it is settled. */
import type { TroupeEvent } from '../events.ts';
import { orchestratorAddress, type TaskId, taskAddress } from '../ids.ts';
import type { Message } from '../messages.ts';
import type { PlanSpec } from '../plan.ts';

/** In mode `waves`: the tasks of each wave, which one is open, and what is unsettled. */
export interface Waves {
  readonly members: readonly (readonly TaskId[])[];
  /** -1 before the first. */
  readonly open: number;
  /** Unsettled tasks of the open wave. */
  readonly unsettled: number;
  /** Tasks of later waves that settled early, skipped or cancelled, by wave. */
  readonly early: Readonly<Record<number, number>>;
}

export const noWaves: Waves = { members: [], open: -1, unsettled: 0, early: {} };

function wavesOf(plan: PlanSpec): Waves {
  const members: TaskId[][] = [];
  for (const { id, wave } of plan.tasks) {
    members[wave] ??= [];
    members[wave].push(id);
  }
  return { ...noWaves, members };
}

export const firstWave = (plan: PlanSpec) => openNext(wavesOf(plan));

export function settledInWave(waves: Waves, wave: number): { waves: Waves; outbox: Message[] } {
  if (wave !== waves.open) {
    const early = { ...waves.early, [wave]: (waves.early[wave] ?? 0) + 1 };
    return { waves: { ...waves, early }, outbox: [] };
  }
  const left = { ...waves, unsettled: waves.unsettled - 1 };
  return left.unsettled > 0 ? { waves: left, outbox: [] } : openNext(left);
}

/** Waves whose tasks all settled early open and close at once. */
function openNext(waves: Waves): { waves: Waves; outbox: Message[] } {
  let open = waves.open + 1;
  const remaining = () => (waves.members[open]?.length ?? 0) - (waves.early[open] ?? 0);
  while (open < waves.members.length && remaining() === 0) open += 1;
  const opened = { ...waves, open, unsettled: remaining() };
  if (open === waves.members.length) return { waves: opened, outbox: [] };
  // To itself first: it says so to whoever watches before a task of the wave does anything.
  const event = { type: 'wave.opened', wave: open } as const;
  return { waves: opened, outbox: [{ to: orchestratorAddress, event }] };
}

/** Lifts the barrier of the wave's tasks. */
export function admission(waves: Waves, event: TroupeEvent & { type: 'wave.opened' }) {
  const to = (waves.members[event.wave] ?? []).map(taskAddress);
  return { to, event, ifThere: true } satisfies Message;
}
