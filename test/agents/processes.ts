/** Looks at the real processes of the machine, and waits for what must become true of them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Generous: a busy machine may be slow, and only a broken test ever waits so long. */
const deadlineMs = 60_000;

export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Those that it has started itself: `pid command line`, on Linux. */
export function childrenOf(pid: number): readonly string[] {
  if (process.platform !== 'linux') return [];
  const path = `/proc/${pid}/task/${pid}/children`;
  const pids = readFileSync(path, 'utf8').trim().split(' ').filter(Boolean);
  return pids.map((each) => {
    const words = readFileSync(`/proc/${each}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return `${each} ${words}`;
  });
}

/** A zombie that nobody collects is no process that runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** The processes that were started with this line in their environment; none outside Linux. */
export function runningWith(line: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(line) && isRunning(pid));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
