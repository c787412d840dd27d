/**
 * The runs that a persistent house works on until they are over, whatever happens to the house.
 *
 * Owns: `serve/kept/`, an empty file for each of them.
 * Invariants:
 * - a run is noted before whoever asked for it hears its name, and forgotten once it is over or a
 *   person has stopped it;
 * - one that can't be gone on with is tried again after a pause, so often at most.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runId } from '../../machines/ids.ts';
import { lockOwner } from '../journal/lock.ts';
import type { Clock } from '../kernel/clock.ts';
import { isUserError } from '../kernel/user-error.ts';
import { ensureFolder, unwritable } from '../runs/disk.ts';
import { runFolder } from '../runs/folder.ts';

export const pauseMs = 30_000;
export const triesMax = 10;

/** What it needs of a house. */
export interface Worker {
  readonly working: readonly string[];
  resume(run: string): Promise<unknown>;
  /** It is over, well or not. */
  isOver(run: string): Promise<boolean>;
}

/** How often it was gone on with since the house was opened, and what came of the last time. */
export interface Tries {
  readonly tries: number;
  readonly nextMs: number;
  readonly why: string;
}

export class KeptRuns {
  readonly #home: string;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #ids: Set<string>;
  readonly #tries = new Map<string, Tries>();

  constructor(home: string, clock: Clock) {
    this.#home = home;
    this.#folder = join(home, 'serve', 'kept');
    this.#clock = clock;
    try {
      ensureFolder(this.#folder);
    } catch (error) {
      throw unwritable(home, error);
    }
    this.#ids = new Set(readdirSync(this.#folder));
  }

  /** Those that don't go on, and why. */
  stuck(working: readonly string[]): readonly { readonly run: string; readonly why: string }[] {
    const tried = [...this.#tries].filter(([run]) => !working.includes(run));
    return tried.map(([run, { why }]) => ({ run, why }));
  }

  note(run: string): void {
    if (this.#ids.has(run)) return;
    writeFileSync(join(this.#folder, run), '');
    this.#ids.add(run);
  }

  forget(run: string): void {
    rmSync(join(this.#folder, run), { force: true });
    this.#ids.delete(run);
    this.#tries.delete(run);
  }

  /** Goes on with those that nobody works on. */
  async look(worker: Worker): Promise<void> {
    const working = new Set(worker.working);
    for (const run of this.#ids) {
      if (working.has(run) || !this.#isDue(run)) continue;
      if (lockOwner(runFolder(this.#home, runId(run)).path)) continue;
      await this.#goOn(run, worker);
    }
  }

  async #goOn(run: string, worker: Worker): Promise<void> {
    try {
      if (await worker.isOver(run)) return this.forget(run);
      // Begun well, it may still halt at once: the next try waits all the same.
      this.#note(run, 'it halted');
      await worker.resume(run);
    } catch (error) {
      if (isUserError(error) && error.code === 'run.unknown') return this.forget(run);
      this.#note(run, error instanceof Error ? error.message : String(error), 0);
    }
  }

  #isDue(run: string): boolean {
    const before = this.#tries.get(run);
    return !before || (before.tries < triesMax && before.nextMs <= this.#clock.elapsed());
  }

  #note(run: string, why: string, more = 1): void {
    const tries = (this.#tries.get(run)?.tries ?? 0) + more;
    this.#tries.set(run, { tries, nextMs: this.#clock.elapsed() + pauseMs, why });
  }
}
