/**
 * Nodes that share runs over NATS: each run has one owner, and another node when that one is dead.
 *
 * Owns: the connection, and the runs that this node has taken.
 * Invariants:
 * - a run is worked on under a lease alone, whose token fences everybody who had it before;
 * - a run that is open and has no owner is taken by one of the nodes, a look after its lease is
 *   over; servers that choose a leader at that time answer later, and so much later it is taken.
 */
import { dialFor, type NatsPlace, wordsOf } from '../bus/nats/connection.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import type { RunFolder } from '../runs/folder.ts';
import type { RunEnd } from '../runs/run.ts';
import { Lease, leaseLost } from './lease.ts';
import { markShared } from './marker.ts';
import { OpenRuns, type RunEntry } from './open-runs.ts';
import { Patience } from './patience.ts';
import { RunStream, takenOver } from './run-stream.ts';
import { Sightings } from './sightings.ts';
import { openStore, type Store, streamOf } from './store.ts';
import { Tenure } from './tenure.ts';

export interface ClusterOptions {
  readonly place: NatsPlace;
  /** This node, for people; unlike that of any other. */
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  /** An owner that has said nothing for so long is dead. */
  readonly leaseMs?: number;
  /** How long workers of this node may go on with its runs when it is dead. */
  readonly outliveMs?: () => number;
  /** What a person may want to know. */
  readonly onNote?: (text: string) => void;
}

const leaseMsAlone = 6_000;
/**
 * Servers that lose their leader take nothing for up to nine seconds: nobody is dead for that. A
 * lease is given up after 0.7 of it, and was renewed up to a fifth of it before.
 */
const leaseMsReplicated = 15_000;
const closeWithinMs = 3_000;
const tryWithinMs = 15_000;
/** Ends of a run that say nothing against this node. */
const blameless = ['run.lease-lost', 'run.taken-over'];

export class Cluster {
  readonly node: string;
  readonly patience: Patience;
  readonly leaseMs: number;
  readonly #options: ClusterOptions;
  readonly #store: Store;
  readonly #open: OpenRuns;
  readonly #sightings: Sightings;
  /** Taken, and not yet asked for. */
  readonly #taken = new Map<string, Tenure>();
  readonly #tenures = new Set<Tenure>();
  readonly #leaving = new AbortController();
  #state: 'open' | 'leaving' | 'closed' = 'open';

  private constructor(options: ClusterOptions, store: Store) {
    const { place, clock } = options;
    const { leaseMs = (place.replicas ?? 1) > 1 ? leaseMsReplicated : leaseMsAlone } = options;
    this.#options = options;
    this.#store = store;
    this.node = options.node;
    // To hold a lease for longer than its entry is kept would make two owners.
    this.leaseMs = Math.min(leaseMs, store.leasesKeptMs || leaseMs);
    this.patience = new Patience(clock);
    this.#open = new OpenRuns(store);
    this.#sightings = new Sightings(clock, this.leaseMs);
  }

  static async join(options: ClusterOptions): Promise<Cluster> {
    const { place, node, clock } = options;
    const store = await dialFor(place, node, (nc) => openStore(nc, place, clock));
    return new Cluster(options, store);
  }

  /** All that are not over, whoever has them. */
  async runs(): Promise<readonly RunEntry[]> {
    const entries = await this.#open.list();
    this.#sightings.keepOnly(entries.map(({ run }) => run));
    return entries;
  }

  /** Whether somebody owns it who lives, as far as can be seen from here. */
  async isOwned(run: string): Promise<boolean> {
    return this.#sightings.judge(run, await this.#store.leases.get(run)) === 'held';
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
  async tryOut(run: RunEntry['run']): Promise<void> {
    const { shelf, jsm, prefix } = this.#store;
    const { clock } = this.#options;
    const { stream: name, subject: filter } = streamOf(prefix, run);
    const lease = await this.#lease(run);
    const stream = this.#stream(run);
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, this.#leaving.signal]);
    try {
      stream.begin(randomName(this.#options.random, 16));
      await within(clock, stream.append({ kind: 'lines' }, Buffer.alloc(1)));
      await within(clock, firstOf(stream.read(signal)));
      await within(clock, this.#note(run, 'stopped', signal));
      await shelf.put(run, Buffer.alloc(1));
      await shelf.delete(run);
      await jsm.streams.purge(name, { filter });
      await within(clock, this.#open.forget(run, signal));
    } finally {
      late.abort(takenOver(run));
      stream.close(takenOver(run));
      await lease.release();
    }
  }

  /** From now on a run that stops here is one that others are to go on with; none is taken. */
  leave(): void {
    this.#state = 'leaving';
    this.#leaving.abort(new UserError('run.stopped', 'this node is closing', 'start it again'));
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.leave();
    this.#state = 'closed';
    for (const run of [...this.#taken.keys()]) await this.giveBack(run);
    // What is still to be said of runs that have just stopped.
    const released = Promise.all([...this.#tenures].map((tenure) => tenure.released));
    await Promise.race([released, sleep(this.#options.clock, closeWithinMs)]);
    await this.#store.nc.close();
  }

  async #begin(folder: RunFolder): Promise<Tenure> {
    const { clock, place } = this.#options;
    const { id } = folder;
    this.#leaving.signal.throwIfAborted();
    const lease = await this.#lease(id);
    const stream = this.#stream(id);
    const lost = new AbortController();
    lease.onLost(() => {
      const error = leaseLost(id, lease.trouble);
      stream.close(error);
      lost.abort(error);
    });
    try {
      const tenure = await Tenure.begin({
        ...{ folder, node: this.node, lease, stream, shelf: this.#store.shelf, clock },
        signal: AbortSignal.any([lost.signal, this.#leaving.signal]),
        onFollowed: () => {
          markShared(folder, place);
          return this.#note(id, 'open', lost.signal);
        },
        onEnded: (end) => this.#noteEnd(id, end, lost.signal),
      });
      this.#tenures.add(tenure);
      void tenure.released.then(() => this.#tenures.delete(tenure));
      return tenure;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  #lease(run: string): Promise<Lease> {
    const { clock, random } = this.#options;
    const about = { key: run, node: this.node, nonce: randomName(random, 16), clock };
    const { leaseMs } = this;
    return Lease.take({ kv: this.#store.leases, leaseMs, sightings: this.#sightings, ...about });
  }

  #stream(run: string): RunStream {
    const { js, reader, prefix } = this.#store;
    const { clock } = this.#options;
    return new RunStream({ js, reader, clock, run, ...streamOf(prefix, run) });
  }

  /** Only as long as the run is ours; `lost`: it is not. */
  async #noteEnd(run: RunEntry['run'], end: RunEnd, lost: AbortSignal): Promise<void> {
    if (end.kind === 'halted') {
      if (!isBlameless(end.error)) this.patience.failed(run);
      this.#options.onNote?.(`${run} stopped here: ${wordsOf(end.error)}`);
    }
    if (end.kind === 'ended') return this.#open.forget(run, lost);
    const isPersons = end.kind === 'stopped' && this.#state === 'open';
    await this.#note(run, isPersons ? 'stopped' : 'open', lost);
  }

  #note(run: RunEntry['run'], status: RunEntry['status'], signal: AbortSignal): Promise<void> {
    const outliveMs = this.#options.outliveMs?.() ?? 0;
    const outlived = outliveMs > 0 ? { outliveMs } : {};
    return this.#open.note({ run, status, node: this.node, ...outlived }, signal);
  }
}

const isBlameless = (error: unknown): boolean =>
  isUserError(error) && blameless.includes(error.code);

async function firstOf(messages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of messages) return;
}

/** It would go on trying where it may not write. */
async function within(clock: Clock, done: Promise<void>): Promise<void> {
  const late = sleep(clock, tryWithinMs).then(() => {
    throw new UserError('nats.slow', 'nothing was stored in time', 'may this user write there?');
  });
  await Promise.race([done, late]);
}
