/** Who of a team is there, and which of them are of another version, for whoever looks once. */
import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { noSuchStream } from '../../bus/nats/bus-stream.ts';
import { defaultPrefix, dial } from '../../bus/nats/connection.ts';
import { readVersion } from '../../config.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { NatsSetting } from '../../plan/project/bus-shapes.ts';
import { entriesOf, type Register } from './register.ts';
import { type Stranger, Strangers } from './strangers.ts';

export interface Census {
  readonly workers: number;
  /** Those who call for workers. */
  readonly hubs: number;
  /** Of another version: they and the others never meet. */
  readonly strangers: readonly Stranger[];
  readonly version: string;
}

/** Changes nothing at the servers: where nobody has been yet, nobody is there. */
export async function censusAt({ place }: NatsSetting): Promise<Census> {
  const nc = await dial(place, 'census');
  try {
    return await censusOf(await registerAt(nc, place.prefix ?? defaultPrefix));
  } catch (error) {
    const isNew = error instanceof JetStreamApiError && error.code === noSuchStream;
    if (isNew) return { workers: 0, hubs: 0, strangers: [], version: readVersion() };
    throw error;
  } finally {
    await nc.close();
  }
}

export async function censusOf(register: Register): Promise<Census> {
  const version = readVersion();
  const strangers = new Strangers(systemClock, version, Number.POSITIVE_INFINITY);
  const [workers, hubs] = [await entriesOf(register, 'worker'), await entriesOf(register, 'hub')];
  for (const { key, text } of [...workers, ...hubs]) strangers.note(key, text);
  return { workers: workers.length, hubs: hubs.length, strangers: strangers.all, version };
}

async function registerAt(nc: NatsConnection, prefix: string): Promise<Register> {
  const registerName = `${prefix}_workers`;
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const register = await new Kvm(jetstream(nc)).open(registerName);
  return { jsm, registerName, register };
}
