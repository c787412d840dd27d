/** Processes that left their group (`setsid`), found on Linux by the environment they inherited. */
import { type Clock, sleep } from '../../kernel/clock.ts';
import { errnoOf } from '../faults.ts';
import { allProcesses, environmentWith, ownLine, processStatus } from './proc.ts';

/** A stray can have forked while it was looked for, so the search is repeated until it is empty. */
const roundsMax = 20;
const pauseMs = 10;

export interface Strays {
  /** Lines of the environment (`NAME=value`) that every one of them has; none: no search. */
  readonly marks: readonly string[];
  /** Looks closer at an environment that has them all. */
  readonly isOurs?: (environment: readonly string[]) => boolean;
}

/** Kills them all, ourselves and our parents excepted; answers how many. */
export async function endStrays(strays: Strays, clock: Clock): Promise<number> {
  if (process.platform !== 'linux' || strays.marks.length === 0) return 0;
  const ended = new Set<number>();
  for (let round = 0; round < roundsMax; round += 1) {
    const found = await findStrays(strays, clock);
    if (found.length === 0) break;
    for (const pid of found) if (killOne(pid)) ended.add(pid);
    await sleep(clock, pauseMs);
  }
  return ended.size;
}

async function findStrays(
  { marks, isOurs = () => true }: Strays,
  clock: Clock,
): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const pid of allProcesses(clock)) {
    const environment = environmentWith(pid, marks);
    if (environment === null || !isOurs(environment)) continue;
    if (processStatus(pid)?.state === 'running') found.push(pid);
  }
  const spared = found.length === 0 ? new Set() : ownLine();
  return found.filter((pid) => !spared.has(pid));
}

function killOne(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) === 'ESRCH' || errnoOf(error) === 'EPERM') return false;
    throw error;
  }
}
