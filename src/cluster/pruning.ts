/**
 * Takes runs that are over off the servers: their journals and their files.
 *
 * Invariants:
 * - nothing is taken of a run that somebody owns, or that is open and may be gone on with;
 * - it is taken under the run's own lease: nobody can take the run up meanwhile.
 */
import { dial } from '../bus/nats/connection.ts';
import { token } from '../bus/nats/subjects.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../kernel/random.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { NatsSetting } from '../plan/bus-shapes.ts';
import { Lease } from './lease.ts';
import { OpenRuns } from './open-runs.ts';
import { Sightings } from './sightings.ts';
import { openStore, type Store, streamOf } from './store.ts';
import { inTurn, removeFile, removePieces, type StoredFile, storedFiles } from './stored-files.ts';

/** What the servers have of one run. */
export interface ServerRun {
  readonly run: string;
  /** `stopped`: by a person, and not over. */
  readonly status: 'over' | 'stopped' | 'open';
  /** When something was last said of it, by the servers' clock. */
  readonly atMs: number;
  readonly messages: number;
  readonly files: number;
  readonly fileBytes: number;
}

interface Journal {
  readonly run: string;
  readonly messages: number;
  readonly atMs: number;
}

/** It is renewed as long as the run is being removed. */
const leaseMs = 30_000;
/** Longer than any file is on its way, whatever the clocks say. */
const looseForMs = 3_600_000;

export class Pruning {
  readonly #store: Store;
  readonly #open: OpenRuns;
  readonly #clock: Clock;
  readonly #random: Random;
  #files: ReadonlyMap<string, readonly StoredFile[]> = new Map();

  private constructor(store: Store, clock: Clock, random: Random) {
    this.#store = store;
    this.#open = new OpenRuns(store);
    this.#clock = clock;
    this.#random = random;
  }

  static async begin(
    { place }: NatsSetting,
    clock: Clock = systemClock,
    random: Random = systemRandom,
  ): Promise<Pruning> {
    const nc = await dial(place, 'prune');
    try {
      return new Pruning(await openStore(nc, place, clock), clock, random);
    } catch (error) {
      await nc.close();
      throw error;
    }
  }

  /** Oldest first. */
  async runs(): Promise<readonly ServerRun[]> {
    const statuses = new Map(
      (await this.#open.list()).map(({ run, status }) => [`${run}`, status]),
    );
    const journals = await this.#journals();
    this.#files = byRun(await storedFiles(this.#store));
    const files = this.#files;
    const names = new Set([...journals.keys(), ...files.keys()]);
    return [...names]
      .map((run) => summary(run, statuses.get(run), journals.get(run), files.get(run) ?? []))
      .toSorted((a, b) => a.atMs - b.atMs);
  }

  /** `left`: somebody owns it, or has said something of it since it was looked at. */
  async remove(seen: ServerRun): Promise<'removed' | 'left'> {
    const { run } = seen;
    const lease = await this.#lease(run);
    if (!lease) return 'left';
    try {
      if (!(await this.#isAsSeen(seen))) return 'left';
      await this.#removeAll(run);
      return 'removed';
    } finally {
      await lease.release();
    }
  }

  /** What belongs to no file, and to none that is on its way. */
  async tidy(): Promise<void> {
    const beforeMs = this.#clock.now() - looseForMs;
    await removePieces(this.#store, await storedFiles(this.#store), beforeMs);
  }

  close(): Promise<void> {
    return this.#store.nc.close();
  }

  /** Whoever adds a file says so in the journal, too. */
  async #isAsSeen({ run, status, atMs }: ServerRun): Promise<boolean> {
    const { reader, prefix } = this.#store;
    const { stream, subject } = streamOf(prefix, run);
    const [entry, newest] = [await this.#open.find(run), await reader.newest(stream, subject)];
    return (entry?.status ?? 'over') === status && (newest?.time.getTime() ?? 0) <= atMs;
  }

  async #removeAll(run: string): Promise<void> {
    const { jsm, prefix } = this.#store;
    const { stream, subject: filter } = streamOf(prefix, run);
    // From here on it is over for all nodes: what is left when this is cut short goes next time.
    await this.#open.forget(run, new AbortController().signal);
    await jsm.streams.purge(stream, { filter });
    await inTurn(this.#files.get(run) ?? [], (file) => removeFile(this.#store, file));
  }

  /** Null: somebody has it. */
  async #lease(run: string): Promise<Lease | null> {
    const { leases, leasesKeptMs } = this.#store;
    const length = Math.min(leaseMs, leasesKeptMs || leaseMs);
    try {
      return await Lease.take({
        ...{ kv: leases, key: run, node: 'prune', nonce: randomName(this.#random, 16) },
        ...{ clock: this.#clock, leaseMs: length, sightings: new Sightings(this.#clock, length) },
      });
    } catch (error) {
      if (isUserError(error)) return null;
      throw error;
    }
  }

  async #journals(): Promise<ReadonlyMap<string, Journal>> {
    const { jsm, reader, prefix } = this.#store;
    const { stream, subject: every } = streamOf(prefix, '*');
    const { state } = await jsm.streams.info(stream, { subjects_filter: every });
    const found = await inTurn(
      Object.entries(state.subjects ?? {}),
      async ([subject, messages]) => {
        const newest = await reader.newest(stream, subject);
        const run = newest && runOf(subject, newest.header.get('Nats-Msg-Id'));
        return run ? { run, messages, atMs: newest.time.getTime() } : null;
      },
    );
    return new Map(found.flatMap((each) => (each ? [[each.run, each] as const] : [])));
  }
}

/** The name of a run is its subject's end, or, where that is a hash, begins its messages' names. */
function runOf(subject: string, name: string): string | null {
  const end = subject.slice(subject.lastIndexOf('.') + 1);
  if (!end.startsWith('=')) return end;
  const run = name.replace(/\.\d+\.\d+$/, '');
  return token(run) === end ? run : null;
}

function byRun(files: readonly StoredFile[]): ReadonlyMap<string, readonly StoredFile[]> {
  const found = new Map<string, StoredFile[]>();
  for (const file of files) {
    const own = found.get(file.run);
    if (own) own.push(file);
    else found.set(file.run, [file]);
  }
  return found;
}

function summary(
  run: string,
  entry: 'open' | 'stopped' | undefined,
  journal: Journal | undefined,
  files: readonly StoredFile[],
): ServerRun {
  return {
    ...{ run, status: entry ?? 'over', messages: journal?.messages ?? 0, files: files.length },
    atMs: files.reduce((latest, { atMs }) => Math.max(latest, atMs), journal?.atMs ?? 0),
    fileBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
