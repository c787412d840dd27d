/**
 * Takes runs that are over off the servers: their journals and their files.
 *
 * Invariants:
 * - nothing is taken of a run that somebody owns, or that is open and may be gone on with;
 * - it is taken under the run's own lease: nobody can take the run up meanwhile;
 * - whatever goes wrong, what is not removed can still be seen, and removed another time.
 */
import { type Denied, dialFor, wordsOf } from '../bus/nats/connection.ts';
import { token } from '../bus/nats/subjects.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import type { NatsSetting } from '../plan/project/bus-shapes.ts';
import { isElsewhere, Lease, leaseLost } from './lease.ts';
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

/** What became of runs that were to go. */
export interface Removal {
  readonly removed: readonly ServerRun[];
  /** Somebody owns them, or has said something of them since they were looked at. */
  readonly left: readonly ServerRun[];
  /** Why the others are still there; null: there are none. */
  readonly trouble: UserError | null;
}

interface Journal {
  readonly run: string;
  readonly messages: number;
  readonly atMs: number;
}

/** With servers far away most of the time of one is spent waiting for answers. */
const removedAtOnce = 8;
/** Busy servers, or those that choose a leader, are waited for. */
const patienceMs = 30_000;
/** It is renewed as long as the run is being removed. */
const leaseMs = 30_000;
/** Longer than any file is on its way, whatever the clocks say. */
const looseForMs = 3_600_000;

export class Pruning {
  readonly #store: Store;
  readonly #open: OpenRuns;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #denied: AbortSignal;
  #files: ReadonlyMap<string, readonly StoredFile[]> = new Map();

  private constructor(store: Store, clock: Clock, random: Random, denied: AbortSignal) {
    this.#store = store;
    this.#denied = denied;
    this.#open = new OpenRuns(store);
    this.#clock = clock;
    this.#random = random;
  }

  static async begin(
    { place }: NatsSetting,
    clock: Clock = systemClock,
    random: Random = systemRandom,
  ): Promise<Pruning> {
    const denial = new AbortController();
    // The servers do not even answer what they do not let this user do.
    const onDenied = ({ what, subject }: Denied): void => {
      denial.abort(new Error(`this user may not ${what} ${subject}`));
    };
    const store = await dialFor({ ...place, onDenied }, 'prune', (nc) =>
      openStore(nc, place, clock),
    );
    return new Pruning(store, clock, random, denial.signal);
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

  /** Begins with no other one once there was trouble. */
  async remove(runs: readonly ServerRun[]): Promise<Removal> {
    const fates = { removed: [] as ServerRun[], left: [] as ServerRun[] };
    let trouble: UserError | null = null;
    const next = runs.values();
    const removeInTurn = async (): Promise<void> => {
      for (const seen of next) {
        if (trouble !== null) return;
        try {
          fates[await this.#remove(seen)].push(seen);
        } catch (error) {
          trouble ??= unremoved(seen.run, error);
        }
      }
    };
    await Promise.all(Array.from({ length: removedAtOnce }, removeInTurn));
    return { ...fates, trouble };
  }

  /** What belongs to no file, and to none that is on its way. */
  async tidy(): Promise<void> {
    const beforeMs = this.#clock.now() - looseForMs;
    await removePieces(this.#store, await storedFiles(this.#store), beforeMs);
  }

  close(): Promise<void> {
    return this.#store.nc.close();
  }

  async #remove(seen: ServerRun): Promise<'removed' | 'left'> {
    const lease = await this.#lease(seen.run);
    if (!lease) return 'left';
    try {
      if (!(await this.#isAsSeen(seen))) return 'left';
      await this.#removeAll(seen.run, lease);
      return 'removed';
    } finally {
      await lease.release();
    }
  }

  /** Whoever adds a file says so in the journal, too. */
  async #isAsSeen({ run, status, atMs }: ServerRun): Promise<boolean> {
    const { reader, prefix } = this.#store;
    const { stream, subject } = streamOf(prefix, run);
    const [entry, newest] = [await this.#open.find(run), await reader.newest(stream, subject)];
    return (entry?.status ?? 'over') === status && (newest?.time.getTime() ?? 0) <= atMs;
  }

  async #removeAll(run: string, lease: Lease): Promise<void> {
    const { jsm, prefix, reader } = this.#store;
    const { stream, subject: filter } = streamOf(prefix, run);
    const step = async (work: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
      if (!lease.isHeld) throw leaseLost(run, lease.trouble);
      await this.#patiently(work);
    };
    // From here on it is over for all nodes: what is left when this is cut short goes next time.
    await step((signal) => this.#open.forget(run, signal));
    const purge = () => jsm.streams.purge(stream, { filter });
    await step((signal) => reader.patiently(signal, purge));
    const files = this.#files.get(run) ?? [];
    await inTurn(files, (file) => step((signal) => removeFile(this.#store, file, signal)));
  }

  async #patiently(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const late = new AbortController();
    const isLate = (): void => late.abort(new Error(`no answer for ${patienceMs / 1_000} s`));
    const cancel = this.#clock.at(this.#clock.now() + patienceMs, isLate);
    await work(AbortSignal.any([late.signal, this.#denied])).finally(cancel);
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
      if (isElsewhere(error)) return null;
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

function unremoved(run: string, error: unknown): UserError {
  const message = `${run} can't be removed: ${wordsOf(error)}`;
  const hint = 'see what is missing: troupe nats check; then say it again, for what is still there';
  return new UserError('prune.unremoved', message, hint);
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
