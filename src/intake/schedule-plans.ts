/**
 * Whether the plans of schedules could be begun: looked at long before their time comes.
 *
 * Owns: what was wrong with each when it was looked at last, and how its file was then.
 * Invariant: one that has not changed is read again after a minute only: what it needs beside its
 * own words, such as an agent's program, may come and go.
 */
import { stat } from 'node:fs/promises';
import type { Clock } from '../kernel/clock.ts';
import type { Schedule } from '../plan/project/serve-shapes.ts';

const againMs = 60_000;

interface Seen {
  /** Null: reading it could take for ever. */
  readonly stamp: string | null;
  readonly atMs: number;
  /** Null: nothing is wrong with it. */
  readonly why: string | null;
}

export interface PlanTrouble {
  readonly schedule: string;
  readonly file: string;
  readonly why: string;
}

/** Throws for a plan that a schedule could not begin. */
export type PlanCheck = (file: string) => Promise<unknown>;

interface Planned {
  readonly name: string;
  readonly file: string;
}

export class SchedulePlans {
  readonly #check: PlanCheck;
  readonly #clock: Clock;
  readonly #planned: readonly Planned[];
  readonly #seen = new Map<string, Seen>();
  #next = 0;

  constructor(schedules: readonly Schedule[], check: PlanCheck, clock: Clock) {
    this.#check = check;
    this.#clock = clock;
    this.#planned = schedules.flatMap(({ name, work }) =>
      work.kind === 'plan' ? [{ name, file: work.file }] : [],
    );
  }

  get troubles(): readonly PlanTrouble[] {
    return this.#planned.flatMap(({ name, file }) => {
      const why = this.#seen.get(file)?.why ?? null;
      return why === null ? [] : [{ schedule: name, file, why }];
    });
  }

  /** All of them, as a house does when it opens. */
  async lookAtAll(): Promise<void> {
    for (const _ of this.#planned) await this.look();
  }

  /** The next one in turn: a beat is short, and schedules may be many. */
  async look(): Promise<void> {
    const planned = this.#planned[this.#next];
    if (!planned) return;
    this.#next = (this.#next + 1) % this.#planned.length;
    const { file } = planned;
    const atMs = this.#clock.elapsed();
    const stamp = await stampOf(file);
    const before = this.#seen.get(file);
    if (before?.stamp === stamp && atMs - before.atMs < againMs) return;
    const why = stamp === null ? `${file} is no plain file` : await this.#mistakeIn(file);
    this.#seen.set(file, { stamp, atMs, why });
  }

  async #mistakeIn(file: string): Promise<string | null> {
    try {
      await this.#check(file);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

async function stampOf(file: string): Promise<string | null> {
  const seen = await stat(file).catch(() => null);
  if (seen === null) return 'absent';
  return seen.isFile() ? `${seen.ino} ${seen.size} ${seen.mtimeMs}` : null;
}
