/** The other side of `rememberer.ts`: a thread that remembers what ends, while a run goes on. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
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
yieldToOthers();
const clock = systemClock;
const memory = openMemory({ folder: memoryFolder(home), time: clock, redact });
await remember(memory);
await memory.close();
port.close();

/** Whoever works on tasks comes first. Linux takes a thread's own number for this. */
function yieldToOthers(): void {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // Another system: the thread is as important as any.
  }
}

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
