/** The stream that keeps what is said on a bus for a while: those who were cut off catch up. */
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { UserError } from '../../kernel/user-error.ts';
import { defaultPrefix, type NatsPlace, wordsOf } from './connection.ts';

/** Whoever is cut off for longer, or behind by more, has missed the rest. */
const keptMs = 10 * 60_000;
const keptBytesMax = 256 * 1024 * 1024;
const sentTwiceWithinMs = 2 * 60_000;
const noSuchStream = 10_059;

export const busStream = ({ prefix = defaultPrefix }: NatsPlace): string => `${prefix}_bus`;

export async function ensureBusStream(jsm: JetStreamManager, place: NatsPlace): Promise<void> {
  const { prefix = defaultPrefix, replicas = 1 } = place;
  await ensureStream(jsm, {
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
  config: Pick<StreamConfig, 'name'> & Partial<StreamConfig>,
): Promise<void> {
  try {
    await jsm.streams.info(config.name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== noSuchStream) {
      throw unusable(config.name, error);
    }
    await jsm.streams.add(config).catch((refused: unknown) => {
      throw unusable(config.name, refused);
    });
  }
}

function unusable(stream: string, error: unknown): UserError {
  const message = `the stream ${stream} can't be used: ${wordsOf(error)}`;
  return new UserError('nats.stream', message, 'see what is missing: troupe nats check');
}
