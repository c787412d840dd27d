/**
 * One writer a folder: the newest generation of a lock file owns it, as long as its process lives.
 *
 * A generation is taken by linking a file that is already whole to the next number, which only one
 * process can do; so a stale lock is passed by without ever being removed under somebody's feet.
 * The number rises with every owner: it is a fencing token.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../kernel/user-error.ts';

export interface Lock {
  /** Rises with every owner of the folder. */
  readonly generation: number;
  release(): void;
}

export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same pid; empty where it can't be known. */
  readonly started: string;
}

const pattern = /^lock\.(\d+)$/;

/** Throws `run.locked` with the owner's pid when the owner lives. */
export function takeLock(folder: string): Lock {
  mkdirSync(folder, { recursive: true });
  for (;;) {
    const generation = newest(folder);
    const owner = ownerOf(folder, generation);
    if (owner && lives(owner)) throw locked(folder, owner);
    const mine = generation + 1;
    if (!claim(folder, mine)) continue;
    if (newest(folder) > mine) {
      // Others came and went since it looked, and the number was free again: it is behind them.
      rmSync(path(folder, mine), { force: true });
      continue;
    }
    if (generation > 0) rmSync(path(folder, generation), { force: true });
    return { generation: mine, release: () => abandon(folder, mine) };
  }
}

/** Who holds the folder now, if anybody. */
export function lockOwner(folder: string): Owner | null {
  const owner = ownerOf(folder, newest(folder));
  return owner && lives(owner) ? owner : null;
}

function newest(folder: string): number {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return 0;
  }
  return Math.max(0, ...names.map((name) => Number(pattern.exec(name)?.[1] ?? 0)));
}

function path(folder: string, generation: number): string {
  return join(folder, `lock.${generation}`);
}

/** Null for a lock that was released, or that its owner removed just now. */
function ownerOf(folder: string, generation: number): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(path(folder, generation), 'utf8')) as Owner | null;
    return typeof owner?.pid === 'number' ? owner : null;
  } catch {
    return null;
  }
}

/** As others know it. */
export function thisProcess(): Owner {
  const { pid } = process;
  return { pid, host: hostname(), started: startOf(pid) };
}

function claim(folder: string, generation: number): boolean {
  const owner = thisProcess();
  const { pid, host } = owner;
  // Two containers that share the folder may well have the same pid.
  const draft = join(folder, `lock-draft.${host}.${pid}.${generation}`);
  try {
    writeFileSync(draft, JSON.stringify(owner));
    linkSync(draft, path(folder, generation));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The file stays, so that generations never go back. */
function abandon(folder: string, generation: number): void {
  try {
    writeFileSync(path(folder, generation), 'null');
  } catch {
    // The folder is gone or full: a dead owner's lock is stale anyway.
  }
}

/** On another machine nothing can be known: its lock counts. */
export function lives({ pid, host, started }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === '' || now === '' || started === now;
}

/**
 * Linux tells when a process started, in clock ticks since boot. A zombie, dead but not collected
 * by its parent (in a container nobody may), has an answer that no living process has.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? 'dead' : (fields[18] ?? '');
  } catch {
    return '';
  }
}

function locked(folder: string, { pid, host }: Owner): UserError {
  if (host === hostname()) {
    const hint = `wait for it, or stop it first: kill ${pid}`;
    return new UserError('run.locked', `${folder} is in use by process ${pid}`, hint);
  }
  return new UserError(
    'run.locked',
    `${folder} is in use by process ${pid} on ${host}`,
    `stop it there first; if ${host} is gone for good, delete ${path(folder, newest(folder))}`,
  );
}
