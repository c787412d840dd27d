/** The same seven waves by raw XState actors: nothing is kept, and nothing can be resumed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { criticalPathMs, waves } from '../lib/waves.mjs';
import { workOff } from './xstate.mjs';

const agentCount = 4;

export async function run({ workMs = 100 }) {
  const begun = performance.now();
  await workOff(tasksOf(), () => sleep(workMs), agentCount);
  return { overMs: performance.now() - begun - criticalPathMs };
}

function tasksOf() {
  const members = waves.map((size, wave) =>
    Array.from({ length: size }, (_, at) => `${wave}-${at}`),
  );
  return members.flatMap((ids, wave) => ids.map((id) => ({ id, needs: members[wave - 1] ?? [] })));
}
