/** The other side of `rememberer.ts`: a process that remembers what ends, while a run goes on. */
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { type Memory, openMemory } from '../../memory/index.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { catchUp } from './catch-up.ts';
import { memoryFolder } from './place.ts';
import type { ScribeOrder } from './rememberer.ts';

/** Between two looks at least, and so many times as long as a look has taken. */
const pauseMinMs = 1_000;
const pauseFactor = 10;

// Whoever works on tasks comes first.
setPriority(constants.priority.PRIORITY_LOW);
const over = new AbortController();
// Also when whoever began it is gone.
process.once('disconnect', () => over.abort());
const [{ home, redact }] = (await once(process, 'message')) as [ScribeOrder];
process.once('message', () => over.abort());
// It may have gone before anybody listened.
if (!process.connected) over.abort();

const clock = systemClock;
const memory = openMemory({ folder: memoryFolder(home), time: clock, redact });
await remember(memory);
await memory.close();
if (process.connected) process.disconnect();

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
