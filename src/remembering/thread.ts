/** The other side of `rememberer.ts`: a thread that remembers what ends, while a run goes on. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../machines/errors.ts';
import { type Memory, openMemory } from '../../memory/index.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { catchUp } from './catch-up.ts';
import { memoryFolder } from './place.ts';
import type { ThreadData } from './rememberer.ts';

/** Between two looks at least, and so many times as long as a look has taken. */
const pauseMinMs = 1_000;
const pauseFactor = 10;

assert(parentPort, 'this file is a thread of its own');
const port = parentPort;
const over = new AbortController();
port.once('message', () => over.abort());

const { home, redact } = workerData as ThreadData;
const clock = systemClock;
const memory = openMemory({ folder: memoryFolder(home), time: clock, redact });
await remember(memory);
await memory.close();
port.close();

async function remember(memory: Memory): Promise<void> {
  for (;;) {
    const isLast = over.signal.aborted;
    const begunMs = clock.elapsed();
    const remembered = await catchUp({ home, memory, clock });
    if (isLast) return;
    if (remembered > 0) await memory.tidy();
    const pauseMs = Math.max(pauseMinMs, pauseFactor * (clock.elapsed() - begunMs));
    await sleep(clock, pauseMs, over.signal);
  }
}
