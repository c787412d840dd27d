/**
 * Remembers what a run has done while it goes on, in a thread of its own.
 *
 * Owns: the thread. A run pays for nothing but its start: the thread reads the result files itself,
 * and whatever it has not read when the run ends, the next one who opens memory reads. A run that
 * is over in a moment starts no thread at all.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Clock, sleep } from '../kernel/clock.ts';
import { isWanted, patternsIn } from './place.ts';

export interface ThreadData {
  readonly home: string;
  readonly redact: readonly string[];
}

export interface Rememberer {
  /** Resolves soon: it waits for what is left only as long as nobody notices. */
  readonly end: () => Promise<void>;
}

export interface RemembererOptions {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const startAfterMs = 2_000;
/** Of the time a run has taken, what may be added at its end. */
const patienceShare = 0.005;
const patienceMaxMs = 1_000;

export function openRememberer({ home, environment, clock }: RemembererOptions): Rememberer {
  const file = isWanted(environment) ? threadFile() : null;
  if (file === null) return { end: async () => {} };
  const data: ThreadData = { home, redact: patternsIn(environment) };
  const begunMs = clock.elapsed();
  let thread: Worker | null = null;
  const cancel = clock.at(clock.now() + startAfterMs, () => {
    thread = start(file, data);
  });
  const end = async (): Promise<void> => {
    cancel();
    if (thread === null) return;
    const tookMs = clock.elapsed() - begunMs;
    await farewell(thread, Math.min(patienceMaxMs, tookMs * patienceShare), clock);
  };
  return { end };
}

/** A thread that fails takes nothing with it: whoever asks memory next is told what is wrong. */
function start(file: string, workerData: ThreadData): Worker {
  const thread = new Worker(file, { workerData, stdout: true, stderr: true });
  thread.on('error', () => {});
  // A run that has ended otherwise is not kept waiting by it.
  thread.unref();
  return thread;
}

async function farewell(thread: Worker, patienceMs: number, clock: Clock): Promise<void> {
  const given = new AbortController();
  const gone = new Promise<void>((resolve) => {
    thread.once('exit', () => {
      given.abort();
      resolve();
    });
  });
  thread.postMessage('end');
  await Promise.race([gone, sleep(clock, patienceMs, given.signal)]);
  await thread.terminate();
}

/** Where the bundles keep it; null where only sources are: then the next look remembers. */
function threadFile(): string | null {
  const places = ['../memory-thread.js', '../cli/memory-thread.js'];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? null;
}
