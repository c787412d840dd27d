/** BullMQ as its manual has it for speed: jobs in bulk, workers that take many at once. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadBull } from '../bus/parts/bull.mjs';
import { processorUs } from '../bus/parts/processor-time.mjs';
import { startRedis } from '../bus/parts/redis.mjs';

const { Queue, QueueEvents } = await loadBull();
const workerFile = fileURLToPath(new URL('../bus/parts/bull-worker.mjs', import.meta.url));
const bulk = 1_000;
let standing = null;

export async function run({ size, places }) {
  standing ??= await open(places);
  const { queue, events, pids, middle } = standing;
  const ended = new Set();
  const all = new Promise((resolve) => {
    events.on('completed', ({ jobId, returnvalue }) => {
      if (returnvalue !== 'done' || ended.has(jobId)) throw new Error(`${jobId} has ended oddly`);
      if (ended.add(jobId).size === size) resolve();
    });
  });
  const [before, middleBefore] = [processorUs(pids), processorUs([middle])];
  const startMs = performance.now();
  const jobs = Array.from({ length: size }, (_, at) => ({
    name: 'task',
    data: { task: `t${at}` },
  }));
  for (let at = 0; at < size; at += bulk) await queue.addBulk(jobs.slice(at, at + bulk));
  await all;
  const ms = performance.now() - startMs;
  const cpuUs = (processorUs(pids) - before) / size;
  const middleUs = (processorUs([middle]) - middleBefore) / size;
  events.removeAllListeners('completed');
  return { tasksPerS: (size / ms) * 1_000, cpuUs, middleUs };
}

async function open(places) {
  const server = await startRedis();
  const connection = { host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null };
  const queue = new Queue('bench', { connection });
  const events = new QueueEvents('bench', { connection });
  await events.waitUntilReady();
  const workers = Array.from({ length: 4 }, () =>
    fork(workerFile, [String(server.port), String(places)]),
  );
  await Promise.all(workers.map((worker) => new Promise((go) => worker.once('message', go))));
  process.on('exit', () => {
    for (const worker of workers) worker.kill('SIGKILL');
    server.stop();
  });
  const pids = [process.pid, server.pid, ...workers.map(({ pid }) => pid)];
  return { queue, events, pids, middle: server.pid };
}
