/** What workers and hubs have in common on NATS servers: queues, a register, a store of files. */
import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { ensureStream } from '../../bus/nats/bus-stream.ts';
import { defaultPrefix, dialFor, type NatsPlace } from '../../bus/nats/connection.ts';
import { inWords } from '../../bus/nats/patience.ts';
import { FileShelf } from '../../cluster/file-shelf.ts';
import { Reader } from '../../cluster/reader.ts';
import type { Clock } from '../../kernel/clock.ts';

export interface Servers {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly clock: Clock;
  readonly prefix: string;
  /** The stream of calls, a queue for each role and its labels. */
  readonly work: string;
  /** Who is there: entries live as long as a lease. */
  readonly register: KV;
  readonly registerName: string;
  readonly parcels: ObjectStore;
  /** The same, to be read. */
  readonly shelf: FileShelf;
  /** As the servers count it. */
  readonly leaseMs: number;
  /** So long they keep a queue from which nobody pulls. */
  readonly queueKeptMs: number;
}

export interface ServersOptions {
  readonly name: string;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly queueKeptMs?: number;
}

export const defaultWorkerLeaseMs = 10_000;
/** A call that nobody took, and nobody took back. */
const callKeptMs = 24 * 3_600_000;
const callsBytesMax = 64 * 1024 * 1024;
const defaultQueueKeptMs = 3_600_000;
/** What is on its way is fetched within minutes. */
export const parcelKeptMs = 6 * 3_600_000;

export async function openServers(place: NatsPlace, options: ServersOptions): Promise<Servers> {
  const { prefix = defaultPrefix } = place;
  return dialFor(place, options.name, (nc) =>
    inWords(prefix, options.clock, () => partsOf(nc, place, options)),
  );
}

async function partsOf(
  nc: NatsConnection,
  { prefix = defaultPrefix, replicas = 1 }: NatsPlace,
  { leaseMs, clock, queueKeptMs = defaultQueueKeptMs }: ServersOptions,
): Promise<Servers> {
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const [work, registerName] = [`${prefix}_work`, `${prefix}_workers`];
  await ensureStream(jsm, clock, {
    name: work,
    subjects: [`${prefix}.work.*`],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.Old,
    max_age: nanos(callKeptMs),
    max_bytes: callsBytesMax,
    num_replicas: replicas,
  });
  const kvm = new Kvm(js);
  const register = await kvm.create(registerName, { history: 1, replicas, ttl: leaseMs });
  // One that was there keeps its own time.
  const { ttl } = await register.status();
  const kept = { replicas, storage: StorageType.File, ttl: nanos(parcelKeptMs) };
  const parcels = await new Objm(js).create(`${prefix}_parcels`, kept);
  const shelf = new FileShelf(`${prefix}_parcels`, parcels, new Reader({ nc, jsm, clock }), jsm);
  const about = { nc, js, jsm, clock, prefix, work, register, registerName, parcels, shelf };
  return { ...about, leaseMs: ttl || leaseMs, queueKeptMs };
}

/** Whether nobody on the way can read along. */
export function isSecret({ tls, servers }: NatsPlace): boolean {
  const bare = servers.map((server) => server.replace(/^(.*?:\/\/)?(.*@)?/, '$1'));
  return (
    tls !== undefined ||
    bare.every((server) => /^(tls:\/\/|(nats:\/\/)?(localhost|127\.|\[::1\]))/.test(server))
  );
}
