/**
 * Remembers what a run has done while it goes on, in a process of its own.
 *
 * Owns: that process. A run pays for nothing but its start: it reads the result files itself, and
 * whatever it has not read when the run ends, the next one who opens memory reads. A run that is
 * over in a moment starts none at all. No thread: the database's own code aborts the whole process
 * when its thread is ended under it, and no run may die of its memory.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { EmbedderWish } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { bundledFile, gone } from '../own-process.ts';
import { isWanted, patternsIn } from './place.ts';

/** The first message to the process; the second one, or none any more, ends it. */
export interface ScribeOrder {
  readonly home: string;
  readonly redact: readonly string[];
  readonly embedder: EmbedderWish;
}

export interface Rememberer {
  /** Resolves soon: it waits for what is left only as long as nobody notices. */
  readonly end: () => Promise<void>;
}

const startAfterMs = 3_000;
/** Of the time a run has taken, what may be added at its end. */
const patienceShare = 0.005;
const patienceMaxMs = 1_000;

export function openRememberer(config: Config, clock: Clock): Rememberer {
  // Where only sources are, the next look remembers.
  const file = isWanted(config.environment) ? bundledFile('memory-scribe.js') : null;
  if (file === null) return { end: async () => {} };
  const begunMs = clock.elapsed();
  let scribe: ChildProcess | null = null;
  let ended = false;
  const cancel = clock.at(clock.now() + startAfterMs, () => {
    orderFor(config, clock)
      .then((order) => {
        if (!ended) scribe = start(file, order);
      })
      .catch(() => {});
  });
  const end = async (): Promise<void> => {
    ended = true;
    cancel();
    if (scribe === null) return;
    const tookMs = clock.elapsed() - begunMs;
    if (scribe.connected) scribe.send('end', () => {});
    await gone(scribe, Math.min(patienceMaxMs, tookMs * patienceShare), clock);
  };
  return { end };
}

/** What is wrong with the embedding is told to whoever asks memory next. */
async function orderFor(config: Config, clock: Clock): Promise<ScribeOrder> {
  const { home, environment } = config;
  const { embedderWish } = await import('./embedder-wish.ts');
  const embedder = await embedderWish(config, clock);
  return { home, redact: patternsIn(environment), embedder };
}

/** One that fails takes nothing with it: whoever asks memory next is told what is wrong. */
function start(file: string, order: ScribeOrder): ChildProcess {
  // Its own group: a Ctrl-C is for the run, which ends it when all is written down.
  const scribe = fork(file, [], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  scribe.on('error', () => {});
  scribe.send(order, () => {});
  // A run that has ended otherwise is not kept waiting by it.
  scribe.unref();
  scribe.channel?.unref();
  return scribe;
}
