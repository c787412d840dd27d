/**
 * A hub for the runs of a home: workers join it, and get what its roles have to do elsewhere.
 *
 * Owns: the socket, the workers, and a note of it in the home while it lives. Invariant: of a hub
 * that was killed, or closed at work, the note is left: the next one gives nothing out
 * before the leases are over under which its workers may still be at work.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openHub } from '../bus/open-bus.ts';
import { type Config, readVersion } from '../config.ts';
import { lockOwner, takeLock } from '../journal/lock.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../kernel/random.ts';
import {
  type Certificate,
  fingerprintOf,
  givenCertificate,
  ownCertificate,
} from './certificate.ts';
import { AtWorkers } from './elsewhere.ts';
import { TokenDesk } from './tokens.ts';
import { openElsewhere } from './wanted.ts';
import { workerDoor } from './worker-pass.ts';
import { type News, Workforce } from './workforce.ts';

export interface HubOptions {
  /** Left out: only this machine. */
  readonly host?: string;
  /** 0: whichever is free. */
  readonly port?: number;
  /** Its own certificate, or one in two files of PEM; left out: without TLS. */
  readonly tls?: 'own' | { readonly cert: string; readonly key: string };
  /** How long a worker may be silent before its tasks are given to others. */
  readonly leaseMs?: number;
  readonly onNews?: (news: News) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface WorkerHub {
  readonly port: number;
  /** What workers are told to join. */
  readonly url: string;
  /** The fingerprint of its certificate; null: it speaks without TLS. */
  readonly pin: string | null;
  readonly workers: () => readonly string[];
  close(): void;
}

export const leaseMsDefault = 10_000;

export async function openWorkerHub(
  { config }: { readonly config: Config },
  options: HubOptions = {},
): Promise<WorkerHub> {
  const { host = '127.0.0.1', port = 0, leaseMs = leaseMsDefault, onNews } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const tokens = new TokenDesk(config.home, clock, random);
  const tls = certificateFor(options.tls, config.home, clock, random);
  const hub = await openHub({
    ...{ host, port, leaseMs },
    ...(tls && { tls }),
    heartbeatMs: Math.min(heartbeatMs, leaseMs / 2),
    admit: workerDoor(tokens),
  });
  const note = leaveNote(config.home, random);
  const workforce = new Workforce({
    ...{ bus: hub, clock, random, leaseMs, version: readVersion() },
    isPrivate: tls !== null || isThisMachine(host),
    quietMs: note.foundDead ? leaseMs : 0,
    ...(onNews && { onNews }),
  });
  const keepHere = openElsewhere(
    config,
    (folder, order) =>
      new AtWorkers(workforce, folder, order, { environment: config.environment, clock }),
  );
  return {
    port: hub.port,
    url: `${tls ? 'wss' : 'ws'}://${nameOf(host)}:${hub.port}`,
    pin: tls && fingerprintOf(tls),
    workers: () => workforce.members.map(({ name }) => name),
    close() {
      keepHere();
      // Whoever is at work now learns of the end only by its lease: the next hub waits for it.
      const end = workforce.post.underWay > 0 ? note.letGo : note.takeAway;
      workforce.close();
      hub.close();
      end();
    },
  };
}

const heartbeatMs = 5_000;

const isThisMachine = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

function certificateFor(
  wish: HubOptions['tls'],
  home: string,
  clock: Clock,
  random: Random,
): Certificate | null {
  if (wish === undefined) return null;
  return wish === 'own'
    ? ownCertificate(home, clock, random)
    : givenCertificate(wish.cert, wish.key);
}

/** As an address: of every interface, this machine's own. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** One folder a hub: a lock that its process holds. */
function leaveNote(home: string, random: Random) {
  const all = join(home, 'hubs');
  let foundDead = false;
  for (const name of namesIn(all)) {
    if (lockOwner(join(all, name)) !== null) continue;
    foundDead = true;
    rmSync(join(all, name), { recursive: true, force: true });
  }
  const own = join(all, randomName(random, 10));
  const lock = takeLock(own);
  const takeAway = (): void => {
    lock.release();
    rmSync(own, { recursive: true, force: true });
  };
  return { foundDead, takeAway, letGo: () => lock.release() };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
