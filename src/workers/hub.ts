/**
 * A hub for the runs of a home: workers join it, and get what its roles have to do elsewhere.
 *
 * Owns: the socket, the workers, and a note of it in the home while it lives. Invariant: of a hub
 * that was killed, or closed at work, the note is left: the next one gives nothing out
 * before the leases are over under which its workers may still be at work.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openHub } from '../bus/open-bus.ts';
import { isThisMachine } from '../bus/this-machine.ts';
import { type Config, readVersion } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, systemRandom } from '../kernel/random.ts';
import {
  type Certificate,
  fingerprintOf,
  givenCertificate,
  ownCertificate,
} from './certificate.ts';
import { AtWorkers } from './elsewhere.ts';
import { nobodysFoldersIn, takeOwnFolder } from './own-folder.ts';
import { TokenDesk, type TokenNews } from './tokens.ts';
import { openElsewhere } from './wanted.ts';
import { workerDoor } from './worker-pass.ts';
import { type News, Workforce } from './workforce.ts';

export type HubNews = News | TokenNews;

export interface HubOptions {
  /** Left out: only this machine. */
  readonly host?: string;
  /** 0: whichever is free. */
  readonly port?: number;
  /** Its own certificate, or one in two files of PEM; left out: without TLS. */
  readonly tls?: 'own' | { readonly cert: string; readonly key: string };
  /** How long a worker may be silent before its tasks are given to others. */
  readonly leaseMs?: number;
  readonly onNews?: (news: HubNews) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface WorkerHub {
  readonly port: number;
  /** What workers are told to join. */
  readonly url: string;
  /** The fingerprint of its certificate; null: it speaks without TLS. */
  readonly pin: string | null;
  /** Nobody on the way can read along. */
  readonly isPrivate: boolean;
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
  const tokens = new TokenDesk(config.home, clock, random, onNews);
  // A list that can't be read would let nobody in, and nobody here would know why.
  tokens.list();
  const tls = certificateFor(options.tls, config.home, clock, random);
  const hub = await openHub({
    ...{ host, port, leaseMs },
    ...(tls && { tls }),
    heartbeatMs: Math.min(heartbeatMs, leaseMs / 2),
    admit: workerDoor(tokens),
  });
  const hubs = join(config.home, 'hubs');
  const dead = nobodysFoldersIn(hubs);
  for (const each of dead) removeNote(each);
  const note = takeOwnFolder(hubs, random);
  const isPrivate = tls !== null || isThisMachine(host);
  const workforce = new Workforce({
    ...{ bus: hub, clock, random, leaseMs, version: readVersion() },
    ...{ isPrivate, quietMs: dead.length > 0 ? leaseMs : 0 },
    ...(onNews && { onNews }),
  });
  const keepHere = openElsewhere(
    config,
    (folder, order) =>
      new AtWorkers(workforce, folder, order, { environment: config.environment, clock }),
    { outliveMs: leaseMs },
  );
  return {
    port: hub.port,
    url: `${tls ? 'wss' : 'ws'}://${nameOf(host)}:${hub.port}`,
    pin: tls && fingerprintOf(tls),
    isPrivate,
    workers: () => workforce.members.map(({ name }) => name),
    close() {
      keepHere();
      // Whoever is at work now learns of the end only by its lease: the next hub waits for it.
      const isNoted = workforce.post.underWay > 0;
      workforce.close();
      hub.close();
      note.letGo();
      if (!isNoted) removeNote(note.path);
    },
  };
}

const heartbeatMs = 5_000;

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

const removeNote = (path: string): void => rmSync(path, { recursive: true, force: true });
