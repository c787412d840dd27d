/** The door for workers: joins a hub with what this machine brings. */
import { joinBus } from '../bus/open-bus.ts';
import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, systemRandom } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { footingAt } from './footing.ts';
import { type OfferWish, offerOf } from './offer.ts';
import { Worker, type WorkerNews } from './worker.ts';

/** What it brings, wherever it joins. */
export interface WorkerWish extends OfferWish {
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
  const { url, token, pin, onNews } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const offer = offerOf(options, random);
  const { name } = offer;
  requireWords(options);
  const bus = await joinBus({
    ...{ url, token, name, ...(pin !== undefined && { pin }) },
    onShutOut: (why) => void worker.turnAway(why),
  });
  const worker: Worker = new Worker({
    ...{ ...offer, bus, footing: footingAt(bus), config, clock, random },
    ...(onNews && { onNews }),
  });
  return openOrClose(worker, name, () => bus.close());
}

/** Joined; or nothing of it is left, when it is not let in. */
export async function openOrClose(
  worker: Worker,
  name: string,
  closeWire: () => void | Promise<void>,
): Promise<JoinedWorker> {
  const close = async (): Promise<void> => {
    await worker.close();
    await closeWire();
  };
  try {
    await worker.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { name, turnedAway: worker.turnedAway, close };
}

/** Not every word can be an address, or be sent as a token. */
function requireWords({ url, token }: JoinOptions): void {
  if (!/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    const message = `${JSON.stringify(url)} is no address of a hub`;
    throw new UserError('worker.address', message, 'write it as the hub prints it: ws://host:port');
  }
  if (/^[\x21-\x7e]+$/.test(token)) return;
  const hint = 'it is one word, as troupe token create has printed it';
  throw new UserError('worker.token', 'that is no token', hint);
}
