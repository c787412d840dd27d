/** Timers fire in the order of their due times; only a person may bring one forward. */
import type { Core } from '../../kernel/core.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import type { Due } from '../../kernel/timer-queue.ts';
import type { Axiom } from './axiom.ts';

/** The most that one gap between two inputs counts: in a longer one, nobody may have been awake. */
const gapMaxMs = 1_000;
const overdueMaxMs = 60_000;

export const timersKeepTime: Axiom = {
  name: 'timers-keep-time',
  says: 'No timer fires early unless a person wants it, and none that is due is passed over.',
  watch: (_, blame) => {
    let overdue: Due | undefined;
    let overdueMs = 0;
    return {
      before: (record, core) => {
        const due = core.nextDue();
        const { n, at } = record;
        const late = due !== undefined && due.dueMs < core.at;
        if (!late || due !== overdue) overdueMs = 0;
        else overdueMs += Math.min(gapMaxMs, at - core.at);
        overdue = late ? due : undefined;
        const fired = firedBy(record, core);
        if (fired && fired.dueMs > at) {
          blame(`${fired.name} fired ${fired.dueMs - at} ms too early`, { n, at });
        } else if (fired && due && due.dueMs < fired.dueMs) {
          blame(`${fired.name} fired before ${nameOf(due)}, which was due first`, { n, at });
        } else if (!fired && due && overdueMs > overdueMaxMs) {
          blame(`${nameOf(due)} is due, and others go on without it`, { n, at });
          overdueMs = 0;
        }
      },
    };
  },
};

const nameOf = ({ address, timer }: Due): string => `${timer} of ${address}`;

/** Null for what is no timer, one that nobody waits for any more, or one that a person fired. */
function firedBy({ input }: LoggedInput, core: Core) {
  if (input.kind !== 'timer' || input.by !== undefined) return null;
  const timer = core.registry.find(input.to)?.timers.get(input.timer);
  return timer ? { dueMs: timer.dueMs, name: `${input.timer} of ${input.to}` } : null;
}
