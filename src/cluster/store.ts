/** What the servers hold for nodes that share runs: made where it is missing. */
import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { ensureStream } from '../bus/nats/bus-stream.ts';
import { defaultPrefix, type NatsPlace } from '../bus/nats/connection.ts';
import { inWords } from '../bus/nats/patience.ts';
import { token } from '../bus/nats/subjects.ts';
import type { Clock } from '../kernel/clock.ts';
import { FileShelf } from './file-shelf.ts';
import { Reader } from './reader.ts';

export interface Store {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly reader: Reader;
  readonly leases: KV;
  /** How long an entry of a lease is kept at most; 0: for ever. */
  readonly leasesKeptMs: number;
  readonly runs: KV;
  readonly shelf: FileShelf;
  readonly prefix: string;
}

/** Leases that nobody has renewed for so long are not even worth a line. */
const forgottenAfterMs = 3_600_000;
/** Whoever leads a stream may die before it answers: the next one is asked soon. */
const answerWithinMs = 1_500;

export async function openStore(
  nc: NatsConnection,
  place: NatsPlace,
  clock: Clock,
): Promise<Store> {
  const { prefix = defaultPrefix } = place;
  await inWords(prefix, clock, () => make(nc, place, clock));
  const js = jetstream(nc, { timeout: answerWithinMs });
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: answerWithinMs });
  const reader = new Reader({ nc, jsm, clock });
  return inWords(prefix, clock, async () => {
    const kvm = new Kvm(js);
    const leases = await kvm.open(`${prefix}_leases`);
    const { ttl } = await leases.status();
    const runs = await kvm.open(`${prefix}_runs`);
    const files: ObjectStore = await new Objm(js).open(`${prefix}_files`);
    const shelf = new FileShelf(`${prefix}_files`, files, reader, jsm);
    return { nc, js, jsm, reader, leases, leasesKeptMs: ttl, runs, shelf, prefix };
  });
}

/** Where a run's journal is; `*`: all of them. */
export function streamOf(prefix: string, run: string) {
  const end = run === '*' ? run : token(run);
  return { stream: `${prefix}_journals`, subject: `${prefix}.journal.${end}` };
}

/** With the client's own patience: to make something takes servers longer than to answer. */
async function make(nc: NatsConnection, place: NatsPlace, clock: Clock): Promise<void> {
  const { prefix = defaultPrefix, replicas = 1 } = place;
  const js = jetstream(nc);
  await ensureStream(await jetstreamManager(nc, { checkAPI: false }), clock, {
    name: `${prefix}_journals`,
    subjects: [`${prefix}.journal.*`],
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
  });
  const kvm = new Kvm(js);
  await kvm.create(`${prefix}_leases`, { history: 1, replicas, ttl: forgottenAfterMs });
  await kvm.create(`${prefix}_runs`, { history: 1, replicas });
  await new Objm(js).create(`${prefix}_files`, { replicas, storage: StorageType.File });
}
