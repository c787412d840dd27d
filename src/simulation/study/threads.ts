/**
 * Simulates many seeds, on as many threads as are worth it; answers in the order of the seeds.
 *
 * Owns: its threads. None of them lives when `runSeeds` has resolved or rejected.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { SimulatedRun } from '../simulate-run.ts';
import type { Digest } from './digest.ts';
import { Bench, type Job } from './job.ts';

export interface Seeds {
  readonly first: number;
  readonly count: number;
}

export interface Watcher {
  /** Once aborted no further seed is begun, and what is known is the answer. */
  readonly signal: AbortSignal;
  readonly onDigest: (digest: Digest) => void;
  /** Told of each run that needs no thread of its own: a single one never does. */
  readonly onRun?: (run: SimulatedRun) => void;
}

/** A thread costs as much as the simulation of so many tasks. */
const tasksPerThread = 500;
/** Told in advance, so that no thread ever waits for its next seed. */
const seedsAhead = 2;

export async function runSeeds(job: Job, seeds: Seeds, watcher: Watcher): Promise<Digest[]> {
  const file = threadFile();
  const worth = Math.floor((seeds.count * job.plan.tasks.length) / tasksPerThread);
  const threads = Math.min(worth, seeds.count, availableParallelism());
  const digests =
    file === null || threads < 2
      ? await runHere(job, seeds, watcher)
      : await runThere(file, threads, job, seeds, watcher);
  return digests.toSorted((one, other) => one.seed - other.seed);
}

async function runHere(job: Job, { first, count }: Seeds, watcher: Watcher): Promise<Digest[]> {
  const bench = new Bench(job, watcher.onRun);
  const digests: Digest[] = [];
  for (let seed = first; seed < first + count && !watcher.signal.aborted; seed += 1) {
    const digest = await bench.run(seed);
    digests.push(digest);
    watcher.onDigest(digest);
  }
  return digests;
}

async function runThere(
  file: string,
  count: number,
  job: Job,
  seeds: Seeds,
  watcher: Watcher,
): Promise<Digest[]> {
  const digests: Digest[] = [];
  let next = seeds.first;
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData: job }));
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let open = 0;
      const feed = (): void => {
        for (; open < seedsAhead && next < seeds.first + seeds.count; next += 1) {
          worker.postMessage(next);
          open += 1;
        }
        if (open === 0) resolve();
      };
      worker.on('error', reject).on('message', (digest: Digest) => {
        open -= 1;
        digests.push(digest);
        watcher.onDigest(digest);
        feed();
      });
      watcher.signal.addEventListener('abort', () => resolve(), { once: true });
      feed();
    });
  try {
    if (!watcher.signal.aborted) await Promise.all(workers.map(work));
    return digests;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Beside this file, or where the bundles keep it; null where only sources are: no thread then. */
function threadFile(): string | null {
  const places = ['./thread.js', '../simulation-thread.js', '../cli/simulation-thread.js'];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? null;
}
