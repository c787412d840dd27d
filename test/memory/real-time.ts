/** The clock of the machine, for what only real time moves: servers, processes. */
import type { Time } from '../../memory/time.ts';

export const realTime: Time = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at(dueMs, call) {
    const timer = setTimeout(call, Math.max(0, dueMs - Date.now()));
    return () => clearTimeout(timer);
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};
