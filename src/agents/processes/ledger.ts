/** Which processes a run has started, on disk: whoever resumes it ends those that are left. */
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Token } from '../../../machines/ids.ts';
import type { Clock } from '../../kernel/clock.ts';
import { errnoOf } from '../faults.ts';
import type { Run } from './environment.ts';
import { ownLine, processStatus } from './proc.ts';
import { ProcessGroup } from './process-group.ts';
import { endStrays, type Strays } from './strays.ts';

interface Entry {
  readonly pid: number;
  /** Names the process beyond its pid, which the system gives out again; null is "unknown". */
  readonly started: string | null;
  readonly token: Token;
}

const fileName = 'processes.jsonl';
const pathOf = (runFolder: string): string => join(runFolder, fileName);

/**
 * Without a pause, so that nothing can happen between the start and the record. Not fsynced: what
 * a power cut takes from the disk, it took from the process table too.
 */
export function recordProcess(runFolder: string, pid: number, token: Token): void {
  const entry: Entry = { pid, started: startOf(pid), token };
  const file = openSync(pathOf(runFolder), appendOnly, 0o666);
  try {
    writeSync(file, `${JSON.stringify(entry)}\n`);
  } finally {
    closeSync(file);
  }
}

const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
/** An agent may have put a link there, or a pipe: neither is followed, or waited for. */
const appendOnly = O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;

export interface ReapOptions extends Run {
  readonly clock: Clock;
}

/**
 * Ends what a previous life of the run left behind, and forgets it. Answers how many groups and
 * single processes that were. Only for whoever holds the run: a living run's agents are orphans
 * to this function.
 */
export async function reapOrphans(options: ReapOptions): Promise<number> {
  clearTheWay(pathOf(options.runFolder));
  const spared = ownLine();
  const orphans = (await readEntries(options.runFolder)).filter(
    (entry) => isStillThere(entry) && !spared.has(entry.pid),
  );
  const groups = orphans.map((entry) => new ProcessGroup(entry.pid, options.clock));
  await Promise.all(groups.map((group) => group.kill()));
  const strays = await endStrays(straysOf(options), options.clock);
  await forget(options.runFolder);
  return groups.length + strays;
}

/** The runs of two homes can have one id: a process that names another folder is not ours. */
function straysOf({ runId, runFolder }: ReapOptions): Strays {
  const name = 'TROUPE_RUN_FOLDER=';
  const isOurs = (environment: readonly string[]): boolean => {
    const line = environment.find((each) => each.startsWith(name));
    return line === undefined || resolved(line.slice(name.length)) === resolved(runFolder);
  };
  return { marks: [`TROUPE_RUN=${runId}`], isOurs };
}

function resolved(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

async function readEntries(runFolder: string): Promise<readonly Entry[]> {
  try {
    const lines = (await readFile(pathOf(runFolder), 'utf8')).split('\n');
    return lines.map(parseEntry).filter((entry) => entry !== null);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A line that a crash tore is skipped: the search by environment still finds its process. */
function parseEntry(line: string): Entry | null {
  try {
    const { pid, started, token } = JSON.parse(line) as Partial<Entry>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 1) return null;
    return typeof started === 'string' && token !== undefined ? { pid, started, token } : null;
  } catch {
    return null;
  }
}

const isStillThere = (entry: Entry): boolean => startOf(entry.pid) === entry.started;

/** What is no file is no record of ours. */
function clearTheWay(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) rmSync(path, { recursive: true, force: true });
}

async function forget(runFolder: string): Promise<void> {
  await truncate(pathOf(runFolder)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
}

/** The machine's boot and the tick of it at which the process began; null outside Linux. */
function startOf(pid: number): string | null {
  const status = processStatus(pid);
  return status === null ? null : `${bootId()}/${status.startedTicks}`;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
