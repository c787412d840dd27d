/** The other side of `threads.ts`: a thread that simulates the seeds it is told, one by one. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../../machines/errors.ts';
import { Bench, type Job } from './job.ts';

assert(parentPort, 'this file is a thread of its own');
const port = parentPort;
const bench = new Bench(workerData as Job);

port.on('message', (seed: number) => {
  // What is thrown ends the thread, and its owner hears of it.
  bench.run(seed).then((digest) => port.postMessage(digest), rethrow);
});

function rethrow(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
