/** One of BullMQ's workers: does nothing, as many times at once as it is told. */
import { loadBull } from './bull.mjs';

const [port, concurrency] = process.argv.slice(2).map(Number);
const { Worker } = await loadBull();
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const worker = new Worker('bench', async () => 'done', { connection, concurrency });
await worker.waitUntilReady();
process.send('ready');
