/** The door for workers: joins a hub with what this machine brings. */
import { hostname } from 'node:os';
import { joinBus } from '../bus/open-bus.ts';
import { type Config, readVersion } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { footingAt } from './footing.ts';
import { anyRole, nodeNamePattern } from './wire.ts';
import { Worker, type WorkerNews } from './worker.ts';

/** What it brings, wherever it joins. */
export interface WorkerWish {
  /** Places by role; left out: one, for any role. */
  readonly roles?: Readonly<Record<string, number>>;
  readonly labels?: readonly string[];
  /** Left out: after this machine. */
  readonly name?: string;
  readonly onNews?: (news: WorkerNews) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface JoinOptions extends WorkerWish {
  /** `ws://host:port` or `wss://host:port`. */
  readonly url: string;
  readonly token: string;
  /** `sha256:...`: the certificate that the hub must have. */
  readonly pin?: string;
}

export interface JoinedWorker {
  readonly name: string;
  /** Resolves when the hub has turned it away for good, with why, and it is closed; else never. */
  readonly turnedAway: Promise<UserError>;
  /** What it works on is given back. */
  close(): Promise<void>;
}

export async function joinAsWorker(
  { config }: { readonly config: Config },
  options: JoinOptions,
): Promise<JoinedWorker> {
  const { url, token, pin, labels = [], onNews } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const name = workerName(options.name, random);
  const roles = options.roles ?? { [anyRole]: 1 };
  const bus = await joinBus({
    ...{ url, token, name, ...(pin !== undefined && { pin }) },
    onShutOut: (why) => void worker.turnAway(why),
  });
  const worker: Worker = new Worker({
    ...{ bus, footing: footingAt(bus), name, roles, labels, version: readVersion() },
    ...{ config, clock, random },
    ...(onNews && { onNews }),
  });
  const close = async (): Promise<void> => {
    await worker.close();
    bus.close();
  };
  try {
    await worker.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { name, turnedAway: worker.turnedAway, close };
}

/** As somebody says, or after this machine. */
export function workerName(given: string | undefined, random: Random): string {
  const name = given ?? `${plainHost()}-${randomName(random, 4)}`;
  if (!nodeNamePattern.test(name)) throw badName(name);
  return name;
}

function plainHost(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9-]/g, '-')
      .replace(/^-+/, '')
      .slice(0, 40) || 'worker'
  );
}

function badName(name: string): UserError {
  const message = `${JSON.stringify(name)} is no name for a worker`;
  return new UserError('worker.name', message, 'letters, digits, dots and dashes; 63 at most');
}
