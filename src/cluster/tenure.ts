/**
 * One node's time as the owner of a run: from the lease to its end.
 *
 * Owns: the lease, the run's stream, and which files the servers have.
 * Invariants:
 * - nothing of the run is opened here before its folder is what the servers have;
 * - an attempt's end counts only when what it left behind is on the servers;
 * - with the lease goes everything: the journal takes nothing more, and no process is left.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectStore } from '@nats-io/obj';
import type { Journal } from '../journal/journal.ts';
import { lockOwner } from '../journal/lock.ts';
import { journalName } from '../journal/pages.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { RunWorld } from '../runs/behaviours.ts';
import type { RunFolder } from '../runs/folder.ts';
import type { Run, RunEnd } from '../runs/run.ts';
import type { Lease } from './lease.ts';
import { fileRecord, filesOf, firmFiles, restoreFolder } from './run-files.ts';
import { copyOf, type RunCopy } from './run-record.ts';
import { type RunStream, takenOver } from './run-stream.ts';
import { StreamJournal } from './stream-journal.ts';

export interface TenureOptions {
  readonly folder: RunFolder;
  readonly node: string;
  readonly lease: Lease;
  readonly stream: RunStream;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly onFollowed: () => Promise<void>;
  readonly onEnded: (end: RunEnd, isHeld: boolean) => Promise<void>;
}

const pauseMs = 300;

export class Tenure {
  readonly #options: TenureOptions;
  readonly #copy: RunCopy;
  /** By path: the hash of what the servers have. */
  readonly #known: Map<string, string>;
  #release: Promise<void> | null = null;
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
    const copy = copyOf(await stream.read());
    if (copy.token > lease.token) throw takenOver(folder.id);
    if (copy.token > 0) await restoreFolder(folder, copy, options);
    stream.begin(`${folder.id}.${lease.token}`);
    return new Tenure(options, copy);
  }

  /** A journal that other nodes can go on from; from here on whoever had the run is fenced. */
  async follow(file: Journal): Promise<Journal> {
    const { folder, lease, node, stream } = this.#options;
    const text = readFileSync(join(folder.path, journalName));
    const { journal } = this.#copy;
    const goesOn = text.subarray(0, journal.length).equals(journal);
    const keepBytes = goesOn ? journal.length : 0;
    const nothing = Buffer.alloc(0);
    await stream.append({ kind: 'fence', token: lease.token, node, keepBytes }, nothing);
    for (const path of firmFiles(folder)) await this.#keep(path);
    if (text.length > keepBytes) {
      await stream.append({ kind: 'lines' }, text.subarray(keepBytes));
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
          work: async (input, signal) => {
            const outcome = await worker.work(input, signal);
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
    lease.onLost(() => {
      const error = lost(run.id);
      stream.close(error);
      run.halt(error);
      run.kill().catch(() => {});
    });
    void run.end.then(async (end) => {
      await onEnded(end, lease.isHeld).catch(() => {});
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
    const { folder, store, lease, clock } = this.#options;
    for (;;) {
      try {
        return await fileRecord(folder, path, store);
      } catch (error) {
        if (!lease.isHeld) throw error;
        await sleep(clock, pauseMs);
      }
    }
  }
}

function lost(run: string): UserError {
  const message = `this node has lost ${run}: it could not say in time that it still lives`;
  return new UserError('run.lease-lost', message, 'another node goes on with it');
}

function stillHere({ id, path }: RunFolder): UserError {
  const pid = lockOwner(path)?.pid ?? 0;
  return new UserError('run.locked', `${id} is in use by process ${pid}`, 'wait for its end');
}
