/** What processes have used of the processor so far; null where the system does not tell. */
import { readFileSync } from 'node:fs';

/** Ticks of 10 ms, on every Linux that Node runs on. */
const tickUs = 10_000;

export function processorUs(pids) {
  return pids.reduce((sum, pid) => sum + usOf(pid), 0);
}

function usOf(pid) {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) * tickUs;
}
