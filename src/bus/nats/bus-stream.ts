/** The stream that keeps what is said on a bus for a while: those who were cut off catch up. */
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { type Clock, sleep } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/user-error.ts';
import { defaultPrefix, type NatsPlace, wordsOf } from './connection.ts';

/** Whoever is cut off for longer, or behind by more, has missed the rest. */
const keptMs = 10 * 60_000;
export const keptBytesMax = 256 * 1024 * 1024;
/** What a stream is set up with where the servers have no room for more. */
const leastBytes = 16 * 1024 * 1024;
const sentTwiceWithinMs = 2 * 60_000;
export const noSuchStream = 10_059;

/** A cluster that has just come up does not know all its servers for a while. */
const gatheringMs = 10_000;
const askAgainMs = 250;
const noPeersYet = 10_005;
const noLeaderYet = 10_008;

export const busStream = ({ prefix = defaultPrefix }: NatsPlace): string => `${prefix}_bus`;

export async function ensureBusStream(
  jsm: JetStreamManager,
  place: NatsPlace,
  clock: Clock,
): Promise<void> {
  const { prefix = defaultPrefix, replicas = 1 } = place;
  await ensureStream(jsm, clock, {
    name: busStream(place),
    subjects: [`${prefix}.bus.>`],
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(keptMs),
    max_bytes: keptBytesMax,
    duplicate_window: nanos(sentTwiceWithinMs),
    num_replicas: replicas,
  });
}

/** Made where it is missing; one that is there is left as somebody has set it up. */
export async function ensureStream(
  jsm: JetStreamManager,
  clock: Clock,
  config: Pick<StreamConfig, 'name'> & Partial<StreamConfig>,
): Promise<void> {
  try {
    await jsm.streams.info(config.name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== noSuchStream) {
      throw unusable(config, error);
    }
    await add(jsm, clock, config);
  }
}

/** Servers with little room get a smaller one: it forgets sooner, and works. */
async function add(
  jsm: JetStreamManager,
  clock: Clock,
  config: Pick<StreamConfig, 'name'> & Partial<StreamConfig>,
): Promise<void> {
  const patienceEndsMs = clock.now() + gatheringMs;
  let { max_bytes = 0 } = config;
  for (;;) {
    try {
      await jsm.streams.add({ ...config, ...(max_bytes > 0 && { max_bytes }) });
      return;
    } catch (refused) {
      if (isFull(refused) && max_bytes > leastBytes) {
        max_bytes = Math.max(leastBytes, max_bytes / 4);
        continue;
      }
      if (!isGathering(refused) || clock.now() >= patienceEndsMs) {
        throw unusable(config, refused);
      }
      await sleep(clock, askAgainMs);
    }
  }
}

/** Servers without room for it are told by the same number, and stay so. */
function isGathering(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  if (error.code === noLeaderYet) return true;
  return error.code === noPeersYet && !isFull(error);
}

const isFull = (error: unknown): boolean => /insufficient/.test(wordsOf(error));

function unusable({ name }: Pick<StreamConfig, 'name'>, error: unknown): UserError {
  const message = `the stream ${name} can't be used: ${wordsOf(error)}`;
  const room = `it needs ${leastBytes / 1024 / 1024} MB at least`;
  const hint = isFull(error)
    ? `${room}: raise max_file_store in nats-server.conf, or free its disk`
    : 'see what is missing: troupe nats check';
  return new UserError('nats.stream', message, hint);
}
