/** Hands a run to the Stately inspector: a past one is played again, a living one is followed. */
import { lockOwner } from '../../journal/lock.ts';
import { openTail } from '../../journal/tail.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import { coreFrom } from '../../past/standing.ts';
import type { RunFolder } from '../../runs/folder.ts';
import { Relay, statelyInspector } from './relay.ts';
import { Tap } from './tap.ts';

export interface InspectOptions {
  /** 0, and when left out: whichever is free. */
  readonly port?: number;
  readonly inspectorUrl?: string;
  /** Plays it so many times faster than it was; left out: all at once. */
  readonly speed?: number;
}

export interface Inspecting {
  readonly run: string;
  /** To be opened in a browser; holds the token. */
  readonly address: string;
  /** Resolves once all that is known has been told; of a living run, when it has ended. */
  readonly told: Promise<void>;
  close(): Promise<void>;
}

const followPauseMs = 200;
/** Nobody watches a pause that is longer. */
const pauseMaxMs = 2_000;

export async function inspectRun(
  folder: RunFolder,
  options: InspectOptions,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<Inspecting> {
  const { port = 0, inspectorUrl = statelyInspector } = options;
  const relay = await Relay.open({ run: folder.id, port, inspectorUrl }, random);
  const stop = new AbortController();
  const told = tellAll(folder, relay, { ...options, clock, signal: stop.signal });
  // Whoever awaits it hears of a failure; nobody has to.
  told.catch(() => {});
  return {
    run: folder.id,
    address: relay.address,
    told,
    close: async () => {
      stop.abort();
      await told.catch(() => {});
      await relay.close();
    },
  };
}

interface Telling {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly speed?: number;
}

async function tellAll(folder: RunFolder, relay: Relay, telling: Telling): Promise<void> {
  const { clock, signal } = telling;
  const { base, fresh } = openTail(folder.path);
  const core = coreFrom(base);
  new Tap(folder.id, core, (message) => relay.tell(message));
  for (let alive = true; alive && !signal.aborted; ) {
    // Asked before reading: what its owner wrote last is still read.
    alive = lockOwner(folder.path) !== null;
    for (const input of fresh()) {
      await pause(input, core.at, telling);
      if (signal.aborted) return;
      core.apply(input);
    }
    if (alive) await sleep(clock, followPauseMs, signal);
  }
}

/** So that it goes as it went; and what takes long leaves others their turn. */
async function pause({ n, at }: LoggedInput, before: number, telling: Telling): Promise<void> {
  const { clock, signal, speed } = telling;
  if (speed === undefined) return n % 256 === 0 ? clock.breathe() : undefined;
  const waitMs = before === 0 ? 0 : (at - before) / speed;
  if (waitMs > 0) await sleep(clock, Math.min(waitMs, pauseMaxMs), signal);
}
