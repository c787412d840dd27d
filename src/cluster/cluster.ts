/**
 * Nodes that share runs over NATS: each run has one owner, and another node when that one is dead.
 *
 * Owns: the connection, the buckets, and the runs that this node has taken.
 * Invariants:
 * - a run is worked on under a lease alone, whose token fences everybody who had it before;
 * - a run that is open and has no owner is taken by one of the nodes, within a lease and a second.
 */
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
import { defaultPrefix, dial, type NatsPlace, wordsOf } from '../bus/nats/connection.ts';
import { token } from '../bus/nats/subjects.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import type { RunFolder } from '../runs/folder.ts';
import type { RunEnd } from '../runs/run.ts';
import { Lease } from './lease.ts';
import { markShared } from './marker.ts';
import { RunStream, takenOver } from './run-stream.ts';
import { Tenure } from './tenure.ts';

export interface ClusterOptions {
  readonly place: NatsPlace;
  /** This node, for people; unlike that of any other. */
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  /** An owner that has said nothing for so long is dead. */
  readonly leaseMs?: number;
}

/** A run that is not over. */
export interface RunEntry {
  readonly run: string;
  /** `stopped`: by a person, who will say when it goes on. */
  readonly status: 'open' | 'stopped';
  readonly node: string;
}

interface Parts {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly leases: KV;
  /** As the servers count it. */
  readonly leaseMs: number;
  readonly runs: KV;
  readonly files: ObjectStore;
}

export const defaultLeaseMs = 6_000;
const closeWithinMs = 3_000;
const tryWithinMs = 5_000;

export class Cluster {
  readonly node: string;
  readonly #options: ClusterOptions;
  readonly #parts: Parts;
  /** Taken, and not yet asked for. */
  readonly #taken = new Map<string, Tenure>();
  readonly #tenures = new Set<Tenure>();
  #state: 'open' | 'leaving' | 'closed' = 'open';

  private constructor(options: ClusterOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.node = options.node;
  }

  static async join(options: ClusterOptions): Promise<Cluster> {
    const nc = await dial(options.place, options.node);
    try {
      return new Cluster(options, await partsOf(nc, options));
    } catch (error) {
      await nc.close();
      throw error;
    }
  }

  /** All that are not over, whoever has them. */
  async runs(): Promise<readonly RunEntry[]> {
    const { runs, jsm } = this.#parts;
    const before = `$KV.${this.#bucket}.`;
    // By single questions: a consumer may be on a server that has just died.
    const filter = `${before}${openKey('*')}`;
    const { state } = await jsm.streams.info(`KV_${this.#bucket}`, { subjects_filter: filter });
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(before.length));
    const entries = await Promise.all(keys.map((key) => runs.get(key)));
    return entries.flatMap((entry) => (entry?.operation === 'PUT' ? [entry.json<RunEntry>()] : []));
  }

  /** Whether somebody owns it now. */
  async isOwned(run: string): Promise<boolean> {
    return (await this.#parts.leases.get(run))?.operation === 'PUT';
  }

  /** Takes a run, and brings its folder here; rejects with `run.elsewhere` when somebody has it. */
  async take(folder: RunFolder): Promise<void> {
    this.#taken.set(folder.id, await this.#begin(folder));
  }

  /** For whoever opens the run: what `take` took, or taken now. */
  async tenure(folder: RunFolder): Promise<Tenure> {
    const taken = this.#taken.get(folder.id);
    this.#taken.delete(folder.id);
    return taken ?? this.#begin(folder);
  }

  /** Gives back what was taken and nobody opened. */
  async giveBack(run: string): Promise<void> {
    const taken = this.#taken.get(run);
    this.#taken.delete(run);
    await taken?.release();
  }

  /** Does with a run that is none what is done with every run; nothing of it is left. */
  async tryOut(run: string): Promise<void> {
    const { leases, leaseMs, files, jsm, nc, js } = this.#parts;
    const { clock, random } = this.#options;
    const nonce = randomName(random, 16);
    const lease = await Lease.take({
      ...{ kv: leases, key: run, node: this.node, nonce, clock, leaseMs },
    });
    const stream = new RunStream({ nc, js, jsm, clock, ...this.#namesOf(run), run });
    try {
      stream.begin(nonce);
      await within(clock, stream.append({ kind: 'lines' }, Buffer.alloc(1)));
      await stream.read();
      await this.#note(run, 'stopped');
      await files.putBlob({ name: run }, Buffer.alloc(1));
      await files.delete(run);
      await jsm.streams.purge(this.#namesOf(run).stream, { filter: this.#namesOf(run).subject });
      await this.#forget(run);
    } finally {
      stream.close(takenOver(run));
      await lease.release();
    }
  }

  /** From now on a run that stops here is one that others are to go on with. */
  leave(): void {
    this.#state = 'leaving';
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const run of [...this.#taken.keys()]) await this.giveBack(run);
    // What is still to be said of runs that have just stopped.
    const released = Promise.all([...this.#tenures].map((tenure) => tenure.released));
    await Promise.race([released, sleep(this.#options.clock, closeWithinMs)]);
    await this.#parts.nc.close();
  }

  get #bucket(): string {
    return `${this.#options.place.prefix ?? defaultPrefix}_runs`;
  }

  async #begin(folder: RunFolder): Promise<Tenure> {
    const { clock, random, place } = this.#options;
    const { nc, js, jsm, leases, leaseMs, files } = this.#parts;
    const { id } = folder;
    const nonce = randomName(random, 16);
    const lease = await Lease.take({
      ...{ kv: leases, key: id, node: this.node, nonce, clock, leaseMs },
    });
    const stream = new RunStream({ nc, js, jsm, clock, ...this.#namesOf(id), run: id });
    try {
      const tenure = await Tenure.begin({
        ...{ folder, node: this.node, lease, stream, store: files, clock },
        onFollowed: () => {
          markShared(folder, place);
          return this.#note(id, 'open');
        },
        onEnded: (end, isHeld) => (isHeld ? this.#noteEnd(id, end) : nothing()),
      });
      this.#tenures.add(tenure);
      void tenure.released.then(() => this.#tenures.delete(tenure));
      return tenure;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  async #noteEnd(run: string, end: RunEnd): Promise<void> {
    if (end.kind !== 'ended') {
      const isPersons = end.kind === 'stopped' && this.#state === 'open';
      return this.#note(run, isPersons ? 'stopped' : 'open');
    }
    await this.#forget(run);
  }

  async #forget(run: string): Promise<void> {
    // Not even a mark that it was deleted: those would stay for ever.
    const filter = `$KV.${this.#bucket}.${openKey(run)}`;
    await this.#parts.jsm.streams.purge(`KV_${this.#bucket}`, { filter });
  }

  #namesOf(run: string) {
    const { prefix = defaultPrefix } = this.#options.place;
    return { stream: `${prefix}_journals`, subject: `${prefix}.journal.${token(run)}` };
  }

  async #note(run: string, status: RunEntry['status']): Promise<void> {
    const entry: RunEntry = { run, status, node: this.node };
    await this.#parts.runs.put(openKey(run), JSON.stringify(entry));
  }
}

const openKey = (run: string): string => `open.${run}`;

/** It would go on trying where it may not write. */
async function within(clock: Clock, done: Promise<void>): Promise<void> {
  const late = sleep(clock, tryWithinMs).then(() => {
    throw new UserError('nats.slow', 'nothing was stored in time', 'may this user write there?');
  });
  await Promise.race([done, late]);
}

async function nothing(): Promise<void> {}

async function partsOf(nc: NatsConnection, options: ClusterOptions): Promise<Parts> {
  const { prefix = defaultPrefix, replicas = 1 } = options.place;
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  await ensureStream(jsm, options.clock, {
    name: `${prefix}_journals`,
    subjects: [`${prefix}.journal.*`],
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
  });
  try {
    const kvm = new Kvm(js);
    const { leaseMs = defaultLeaseMs } = options;
    const leases = await kvm.create(`${prefix}_leases`, { history: 1, replicas, ttl: leaseMs });
    // One that was there keeps its own time: to hold a lease for longer would make two owners.
    const { ttl } = await leases.status();
    const runs = await kvm.create(`${prefix}_runs`, { history: 1, replicas });
    const storage = StorageType.File;
    const files = await new Objm(js).create(`${prefix}_files`, { replicas, storage });
    return { nc, js, jsm, leases, leaseMs: ttl || leaseMs, runs, files };
  } catch (error) {
    const message = `the buckets of ${prefix} can't be used: ${wordsOf(error)}`;
    throw new UserError('nats.bucket', message, 'see what is missing: troupe nats check');
  }
}
