/** What Linux tells about its processes under /proc; elsewhere nothing is known of any. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../kernel/clock.ts';

/** So many can be read before others should have had their turn: about a millisecond. */
const breathEvery = 64;

export interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** A zombie runs no more and only waits for its parent to look. */
  readonly state: 'running' | 'zombie';
  /** In clock ticks since the machine started: with the pid, it names a process for good. */
  readonly startedTicks: string;
}

/** Every process there is. /proc is no disk: reading it at once is ten times cheaper. */
export async function* allProcesses(clock: Clock): AsyncGenerator<number> {
  let count = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    yield Number(name);
    count += 1;
    if (count % breathEvery === 0) await clock.breathe();
  }
}

export function processStatus(pid: number): ProcessStatus | null {
  const text = readProcess(pid, 'stat')?.toString('utf8');
  return text === undefined ? null : parseStatus(pid, text);
}

/** The second field is the program's name in brackets and may itself hold any character. */
export function parseStatus(pid: number, text: string): ProcessStatus {
  const [state = '', parent = '', group = '', ...rest] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ');
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    state: state === 'Z' || state === 'X' ? 'zombie' : 'running',
    startedTicks: rest[16] ?? '',
  };
}

/**
 * The environment with which a process was started, `NAME=value` a line; null when it lacks one of
 * the lines given, is gone, or may not be read.
 */
export function environmentWith(pid: number, lines: readonly string[]): readonly string[] | null {
  const bytes = readProcess(pid, 'environ');
  // Nearly all processes are told apart by their bytes, without a text being made.
  if (bytes === null || !lines.every((line) => bytes.includes(line))) return null;
  const all = bytes.toString('utf8').split('\0');
  return lines.every((line) => all.includes(line)) ? all : null;
}

/** This process and those above it, which must outlive whatever it ends. */
export function ownLine(): ReadonlySet<number> {
  const line = new Set<number>();
  let pid = process.pid;
  while (pid > 0 && !line.has(pid)) {
    line.add(pid);
    pid = processStatus(pid)?.parent ?? 0;
  }
  return line;
}

/** A process that is gone, or another user's, is one that nothing is known of. */
function readProcess(pid: number, file: 'stat' | 'environ'): Buffer | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch {
    return null;
  }
}
