/** What a house says of itself: in `serve/status.json` for commands, and over HTTP. */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { readVersion } from '../config.ts';
import { lockOwner, type Owner } from '../journal/lock.ts';
import { writeWhole } from '../runs/disk.ts';
import { type Health, healthOf, noSigns } from './health.ts';
import type { ScheduleLine } from './schedules.ts';
import { readWhole } from './whole.ts';

export interface HouseStatus extends Health {
  readonly version: string;
  readonly pid: number;
  readonly isPersistent: boolean;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly at: number;
  /** The names of the runs that it works on. */
  readonly working: readonly string[];
  readonly waiting: number;
  readonly schedules: readonly ScheduleLine[];
  /** Absolute; null: there is none. */
  readonly inbox: string | null;
  /** Of the worker that looks after memory; `off`: there is none. */
  readonly memory: string;
}

/** As others see it. */
export interface SeenStatus {
  /** Null: nobody serves this home. */
  readonly owner: Owner | null;
  /** The last that a persistent house has said; null: nothing yet. */
  readonly status: HouseStatus | null;
}

const fileOf = (home: string): string => join(home, 'serve', 'status.json');

export function writeStatus(home: string, status: HouseStatus): void {
  writeWhole(fileOf(home), `${JSON.stringify(status)}\n`);
}

export function readStatus(home: string): SeenStatus {
  const owner = lockOwner(join(home, 'serve'));
  const status = readWhole(fileOf(home)) as HouseStatus | null;
  // Another one may have left it behind.
  return { owner, status: status?.pid === owner?.pid ? status : null };
}

export interface PlainSigns {
  readonly home: string;
  readonly working: readonly string[];
  readonly since: number;
  readonly at: number;
}

/** Of a house that only shows runs, and works on those that it is given. */
export function plainStatus({ home, ...plain }: PlainSigns): HouseStatus {
  return {
    ...healthOf({ ...noSigns, diskFreeBytes: freeBytes(home) }),
    ...plain,
    ...{ version: readVersion(), pid: process.pid, isPersistent: false },
    ...{ waiting: 0, schedules: [], inbox: null, memory: 'off' },
  };
}

export function freeBytes(home: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(home);
    return bavail * bsize;
  } catch {
    return null;
  }
}
