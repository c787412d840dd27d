/**
 * Looks for runs that are open and have no owner, and takes them over.
 *
 * Owns: the beat at which it looks, and the runs that it is taking over. Invariants:
 * - what this node can't go on with it leaves alone for a while, and says why once;
 * - one look at a time;
 * - nothing of a run goes on before the workers of its dead owner have ended what they were at.
 */
import type { RunId } from '../../machines/ids.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { isUserError } from '../kernel/user-error.ts';
import { runFolder } from '../runs/folder.ts';
import type { Cluster } from './cluster.ts';
import type { RunEntry } from './open-runs.ts';
import { isFull } from './refusals.ts';

export interface StewardOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly home: string;
  /** Goes on with a run whose folder is here and whose lease is ours. */
  readonly resume: (run: RunId) => Promise<unknown>;
  /** Those this node works on. */
  readonly working: () => readonly string[];
  readonly onNote: (text: string) => void;
}

/** Another node was faster, or this one has not let go of it yet. */
const passing = ['run.elsewhere', 'run.locked', 'run.taken-over', 'run.lease-lost'];
const saidMax = 1_000;
const lookEachMsMax = 1_000;
const looksPerLease = 6;

export class Steward {
  readonly #options: StewardOptions;
  /** By run: why it can't be gone on with here. */
  readonly #said = new Map<string, string>();
  readonly #taking = new Map<string, Promise<void>>();
  #timer: (() => void) | null = null;
  #looking: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  #state: 'open' | 'closed' = 'open';

  constructor(options: StewardOptions) {
    this.#options = options;
    this.#arm();
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#closing.abort();
    this.#timer?.();
    await this.#looking;
    await Promise.all(this.#taking.values());
  }

  #arm(): void {
    const { clock, cluster } = this.#options;
    const lookEachMs = Math.min(lookEachMsMax, cluster.leaseMs / looksPerLease);
    this.#timer = clock.at(clock.now() + lookEachMs, () => {
      this.#looking = this.#look().catch(() => {
        // The servers don't answer: at the next beat they may.
      });
      void this.#looking.then(() => {
        if (this.#state === 'open') this.#arm();
      });
    });
  }

  async #look(): Promise<void> {
    const { cluster, working } = this.#options;
    for (const entry of await cluster.runs()) {
      const { run, status } = entry;
      if (this.#state === 'closed') return;
      if (status !== 'open' || working().includes(run) || this.#taking.has(run)) continue;
      // Asked of all of them, also of those left alone: it is how the dead are known.
      const isOwned = await cluster.isOwned(run);
      if (isOwned || !cluster.patience.isDue(run)) continue;
      const taking = this.#takeOver(entry).finally(() => this.#taking.delete(run));
      this.#taking.set(run, taking);
      // One that others may still be at takes its time: the look goes on meanwhile.
      if (!entry.outliveMs) await taking;
    }
  }

  async #takeOver({ run, outliveMs = 0 }: RunEntry): Promise<void> {
    const { cluster, clock, home, resume, onNote } = this.#options;
    try {
      await cluster.take(runFolder(home, run));
      if (outliveMs > 0) await sleep(clock, outliveMs, this.#closing.signal);
      if (this.#state === 'closed') return await cluster.giveBack(run);
      await resume(run);
      onNote(`${run} had no owner: this node goes on with it`);
    } catch (error) {
      await cluster.giveBack(run).catch(() => {});
      if (this.#state === 'closed') return;
      // Servers that choose a new leader refuse everything for a while.
      const isPassing = isUserError(error) ? passing.includes(error.code) : !isFull(error);
      if (isPassing) return;
      cluster.patience.failed(run);
      this.#say(run, (error as Error).message);
    }
  }

  #say(run: string, why: string): void {
    if (this.#said.get(run) === why) return;
    if (this.#said.size >= saidMax) this.#said.clear();
    this.#said.set(run, why);
    this.#options.onNote(`${run} can't be gone on with here at present: ${why}`);
  }
}
