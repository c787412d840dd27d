/**
 * Looks for runs that are open and have no owner, and takes them over.
 *
 * Owns: the beat at which it looks. Invariants: what this node can't go on with it does not try
 * again; one look at a time.
 */
import { type RunId, runId } from '../../machines/ids.ts';
import type { Clock } from '../kernel/clock.ts';
import { isUserError } from '../kernel/user-error.ts';
import { runFolder } from '../runs/folder.ts';
import type { Cluster } from './cluster.ts';

export interface StewardOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly home: string;
  /** Goes on with a run whose folder is here and whose lease is ours. */
  readonly resume: (run: RunId) => Promise<unknown>;
  /** Those this node works on. */
  readonly working: () => readonly string[];
  readonly onNote: (text: string) => void;
  readonly lookEachMs?: number;
}

/** Another node was faster, or this one has not let go of it yet. */
const passing = ['run.elsewhere', 'run.locked', 'run.taken-over'];

export class Steward {
  readonly #options: StewardOptions;
  readonly #refused = new Set<string>();
  #timer: (() => void) | null = null;
  #looking: Promise<void> = Promise.resolve();
  #state: 'open' | 'closed' = 'open';

  constructor(options: StewardOptions) {
    this.#options = options;
    this.#arm();
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#timer?.();
    await this.#looking;
  }

  #arm(): void {
    const { clock, lookEachMs = 1_000 } = this.#options;
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
    for (const { run, status } of await cluster.runs()) {
      if (this.#state === 'closed') return;
      if (status !== 'open' || this.#refused.has(run) || working().includes(run)) continue;
      if (!(await cluster.isOwned(run))) await this.#takeOver(runId(run));
    }
  }

  async #takeOver(run: RunId): Promise<void> {
    const { cluster, home, resume, onNote } = this.#options;
    try {
      await cluster.take(runFolder(home, run));
      await resume(run);
      onNote(`${run} had no owner: this node goes on with it`);
    } catch (error) {
      await cluster.giveBack(run).catch(() => {});
      // Servers that choose a new leader refuse everything for a while.
      if (!isUserError(error) || passing.includes(error.code)) return;
      this.#refused.add(run);
      onNote(`${run} can't be gone on with here: ${error.message}`);
    }
  }
}
