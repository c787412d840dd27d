/**
 * One node's time as the owner of a run: from the lease to its end.
 *
 * Owns: the lease, the run's stream, and which files the servers have.
 * Invariants:
 * - nothing of the run is opened here before its folder is what the servers have;
 * - an attempt's end counts only when what it left behind is on the servers;
 * - with the lease goes everything: the journal takes nothing more, and no process is left.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Leash } from '../agents/processes/guardian.ts';
import type { Journal } from '../journal/journal.ts';
import { lockOwner } from '../journal/lock.ts';
import { journalName } from '../journal/pages.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { RunWorld } from '../runs/behaviours.ts';
import type { RunFolder } from '../runs/folder.ts';
import type { Run, RunEnd } from '../runs/run.ts';
import type { FileShelf } from './file-shelf.ts';
import { type Lease, leaseLost } from './lease.ts';
import { full, isFull } from './refusals.ts';
import { beginsWith, type RunCopy, readPages, restoreRun } from './restoring.ts';
import { fileRecord, filesOf, firmFiles } from './run-files.ts';
import { type RunStream, takenOver } from './run-stream.ts';
import { StreamJournal } from './stream-journal.ts';

export interface TenureOptions {
  readonly folder: RunFolder;
  readonly node: string;
  readonly lease: Lease;
  readonly stream: RunStream;
  readonly shelf: FileShelf;
  readonly clock: Clock;
  /** Aborts when the run is not wanted here any more before it was opened. */
  readonly signal: AbortSignal;
  readonly onFollowed: () => Promise<void>;
  readonly onEnded: (end: RunEnd) => Promise<void>;
}

const pauseMs = 300;

export class Tenure {
  readonly #options: TenureOptions;
  readonly #copy: RunCopy;
  /** By path: the hash of what the servers have. */
  readonly #known: Map<string, string>;
  #release: Promise<void> | null = null;
  #run: Run | null = null;
  #onReleased: () => void = () => {};
  /** Resolves once the run is over here, or was never opened. */
  readonly released = new Promise<void>((resolve) => {
    this.#onReleased = resolve;
  });

  private constructor(options: TenureOptions, copy: RunCopy) {
    this.#options = options;
    this.#copy = copy;
    this.#known = new Map([...copy.files.values()].map(({ path, sha256 }) => [path, sha256]));
  }

  /** With the lease just taken: the folder is brought to what the servers have. */
  static async begin(options: TenureOptions): Promise<Tenure> {
    const { folder, lease, stream } = options;
    if (lockOwner(folder.path)) throw stillHere(folder);
    const copy = await restoreRun(folder, options, (token) => {
      if (token > lease.token) throw takenOver(folder.id);
    });
    stream.begin(`${folder.id}.${lease.token}`);
    return new Tenure(options, copy);
  }

  /** Who owned it last: what lies on this disk alone is then the newest there is, or older. */
  get cameFrom(): 'here' | 'elsewhere' {
    const { node } = this.#copy;
    return node === '' || node === this.#options.node ? 'here' : 'elsewhere';
  }

  /** For how long what goes on here may go on. */
  get leash(): Leash {
    return this.#options.lease;
  }

  /** A journal that other nodes can go on from; from here on whoever had the run is fenced. */
  async follow(file: Journal): Promise<Journal> {
    const { folder, lease, node, stream } = this.#options;
    const path = join(folder.path, journalName);
    const { journal } = this.#copy;
    const keepBytes = beginsWith(path, journal) ? journal.bytes : 0;
    const nothing = Buffer.alloc(0);
    await stream.append({ kind: 'fence', token: lease.token, node, keepBytes }, nothing);
    for (const firm of firmFiles(folder)) await this.#keep(firm);
    for (const page of readPages(path, keepBytes, statSync(path).size)) {
      await stream.append({ kind: 'lines' }, page);
    }
    await this.#options.onFollowed();
    return new StreamJournal(file, stream);
  }

  /** The same world, whose attempts end once what they left behind is on the servers. */
  keeping(world: RunWorld): RunWorld {
    return {
      verify: (input, signal, sight) => world.verify(input, signal, sight),
      record: (record) => world.record(record),
      conclude: (ending) => world.conclude(ending),
      workerOf: (role) => {
        const worker = world.workerOf(role);
        return {
          open: () => worker.open(),
          ...(worker.recall && { recall: worker.recall }),
          work: async (input, cancellation) => {
            const outcome = await worker.work(input, cancellation);
            const { folder } = this.#options;
            for (const path of filesOf(folder, input.task, outcome.output)) await this.#keep(path);
            return outcome;
          },
        };
      },
    };
  }

  /** Stops the run with the lease, and gives the lease back with the run. */
  attend(run: Run): void {
    const { lease, stream, onEnded } = this.#options;
    this.#run = run;
    lease.onLost(() => {
      const error = leaseLost(run.id, lease.trouble);
      stream.close(error);
      run.halt(error);
      run.kill().catch(() => {});
    });
    void run.end.then(async (end) => {
      await onEnded(end).catch(() => {});
      await this.release();
    });
  }

  release(): Promise<void> {
    const { lease, stream, folder } = this.#options;
    stream.close(takenOver(folder.id));
    this.#release ??= lease.release().then(this.#onReleased);
    return this.#release;
  }

  async #keep(path: string): Promise<void> {
    const { stream } = this.#options;
    const record = await this.#recordOf(path);
    if (!record || this.#known.get(path) === record.head.sha256) return;
    await stream.append(record.head, record.body);
    this.#known.set(path, record.head.sha256);
  }

  /** Again until the servers take it, or others have the run. */
  async #recordOf(path: string) {
    const { folder, shelf, lease, clock } = this.#options;
    for (;;) {
      try {
        return await fileRecord(folder, path, shelf);
      } catch (error) {
        if (!lease.isHeld) throw error;
        if (isFull(error)) throw this.#halt(full(folder.id, error));
        await sleep(clock, pauseMs);
      }
    }
  }

  /** An attempt whose words can't be kept has not failed: nothing more can be done here. */
  #halt(error: unknown): unknown {
    this.#run?.halt(error);
    return error;
  }
}

function stillHere({ id, path }: RunFolder): UserError {
  const pid = lockOwner(path)?.pid ?? 0;
  return new UserError('run.locked', `${id} is in use by process ${pid}`, 'wait for its end');
}
