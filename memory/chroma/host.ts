/**
 * The Chroma server of a home: found when it runs, started when it does not.
 *
 * Two servers on one folder both answer, and wrongly; so whoever starts one holds a lock as long as
 * it lives, and writes where it is for all others. The address is told apart from one of an earlier
 * life by the server's own process.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Time } from '../time.ts';
import { pause } from '../time.ts';
import { type FileLock, takeFileLock } from '../truth/lock.ts';
import { isAlive, type Server, startServer } from './server.ts';

export interface Host {
  readonly url: string;
  /** `ours`: it ends with this process. */
  readonly whose: 'ours' | 'shared';
  readonly end: () => Promise<void>;
  /** Begins again with nothing: what it had can not be used. Only of our own. */
  readonly restart: () => Promise<Host>;
}

interface Address {
  readonly url: string;
  readonly pid: number;
}

const addressName = 'server.json';
const dataName = 'data';
/** How long somebody else is waited for who is just starting one. */
const waitMaxMs = 5_000;
const pauseMs = 50;

/** Null when none runs. */
export async function findHost(folder: string): Promise<Host | null> {
  const address = readAddress(folder);
  if (!address || !lives(address.pid) || !(await isAlive(address.url))) return null;
  const end = async (): Promise<void> => {};
  const restart = async (): Promise<Host> => {
    throw new TypeError('a server of somebody else is not ours to restart');
  };
  return { url: address.url, whose: 'shared', end, restart };
}

/** `library` is what `findBinding` calls ready. */
export async function openHost(library: string, folder: string, time: Time): Promise<Host> {
  mkdirSync(folder, { recursive: true });
  const untilMs = time.elapsed() + waitMaxMs;
  for (;;) {
    const found = await findHost(folder);
    if (found) return found;
    const lock = takeFileLock(join(folder, 'server.lock'));
    if (lock) return startHost({ library, folder, time, lock });
    if (time.elapsed() > untilMs) throw new Error('another process holds the server and is mute');
    await pause(time, pauseMs);
  }
}

interface Hosting {
  readonly library: string;
  readonly folder: string;
  readonly time: Time;
  readonly lock: FileLock;
}

async function startHost(hosting: Hosting): Promise<Host> {
  const { folder, lock } = hosting;
  try {
    const server = await startOnSoundData(hosting);
    writeAddress(folder, { url: server.url, pid: server.pid });
    return hostOf(server, hosting);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Data that a crash has torn may keep the server from starting: it is made again from nothing. */
async function startOnSoundData({ library, folder, time }: Hosting): Promise<Server> {
  const data = join(folder, dataName);
  try {
    return await startServer(library, data, time);
  } catch {
    rmSync(data, { recursive: true, force: true });
    return startServer(library, data, time);
  }
}

function hostOf(server: Server, hosting: Hosting): Host {
  const { folder, lock } = hosting;
  return {
    url: server.url,
    whose: 'ours',
    end: async () => {
      rmSync(join(folder, addressName), { force: true });
      await server.end();
      lock.release();
    },
    restart: async () => {
      await server.end();
      rmSync(join(folder, dataName), { recursive: true, force: true });
      return startHost(hosting);
    },
  };
}

function readAddress(folder: string): Address | null {
  try {
    return JSON.parse(readFileSync(join(folder, addressName), 'utf8')) as Address;
  } catch {
    return null;
  }
}

function writeAddress(folder: string, address: Address): void {
  const file = join(folder, addressName);
  writeFileSync(`${file}.draft`, JSON.stringify(address));
  renameSync(`${file}.draft`, file);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
