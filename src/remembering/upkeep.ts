/**
 * Has memory looked after while a house is open, by a memory worker in a process of its own.
 *
 * Owns: that process. To look for near-duplicates reads everything at once, and a house that
 * answers people must not stand still for that. One that ends by itself is begun again later.
 * Invariant: whoever closes this, or dies, takes the process along: it ends with its parent.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { UpkeepReport } from '../../machines/rules/upkeep.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { bundledFile, gone } from '../own-process.ts';
import type { MemoryWorkerSettings } from './memory-worker.ts';
import { isWanted } from './place.ts';

export type UpkeepSettings = Pick<MemoryWorkerSettings, 'intervalMs' | 'budget'>;

/** The first message to the process; the second one, or none any more, ends it. */
export interface UpkeepOrder extends UpkeepSettings {
  readonly home: string;
}

/** How it stands. */
export interface UpkeepState {
  /** Of its machine: `idle`, `working`, `standby`, ...; `starting` before it has said anything. */
  readonly state: string;
  /** Of the last round; null before the first has ended. */
  readonly last: UpkeepRound | null;
}

export interface UpkeepRound {
  readonly round: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null when it failed: `problem` says why. */
  readonly report: UpkeepReport | null;
  readonly problem: string;
}

export interface Upkeep {
  /** Null where there is none: memory is off, or only sources are here. */
  readonly state: () => UpkeepState | null;
  /** Resolves soon: a round that is under way can be done again. */
  readonly close: () => Promise<void>;
}

/** Whoever opens a page at once has the machine to himself. */
const startAfterMs = 2_000;
const againAfterMs = 10 * 60_000;
const patienceMs = 1_000;

export function keepMemory(config: Config, clock: Clock, settings: UpkeepSettings = {}): Upkeep {
  const file = isWanted(config.environment) ? bundledFile('memory-upkeep.js') : null;
  if (file === null) return { state: () => null, close: async () => {} };
  const keeping = new Keeping({ file, config, clock, settings });
  return { state: () => keeping.state, close: () => keeping.close() };
}

interface Place {
  readonly file: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly settings: UpkeepSettings;
}

class Keeping {
  readonly #place: Place;
  #child: ChildProcess | null = null;
  #cancel: () => void = () => {};
  #life: 'open' | 'closed' = 'open';
  state: UpkeepState = { state: 'starting', last: null };

  constructor(place: Place) {
    this.#place = place;
    this.#startAfter(startAfterMs);
  }

  async close(): Promise<void> {
    this.#life = 'closed';
    this.#cancel();
    const child = this.#child;
    if (child === null) return;
    if (child.connected) child.send('end', () => {});
    await gone(child, patienceMs, this.#place.clock);
  }

  #startAfter(ms: number): void {
    const { clock } = this.#place;
    this.#cancel = clock.at(clock.now() + ms, () => this.#start());
  }

  #start(): void {
    const { file, config, settings } = this.#place;
    const { home, cwd, environment: env } = config;
    // Its own group: a Ctrl-C is for the house, which ends it.
    const child = fork(file, [], {
      ...{ cwd, env, detached: true },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (told) => this.#hear(told as UpkeepState));
    child.once('error', () => this.#ended(child));
    child.once('exit', () => this.#ended(child));
    const order: UpkeepOrder = { home, ...settings };
    child.send(order, () => {});
    child.unref();
    child.channel?.unref();
    this.#child = child;
  }

  /** What it does not say again still holds. */
  #hear({ state, last }: UpkeepState): void {
    this.state = { state, last: last ?? this.state.last };
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#life === 'closed') return;
    this.state = { ...this.state, state: 'crashed' };
    this.#startAfter(againAfterMs);
  }
}
