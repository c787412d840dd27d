/** The other side of `rememberer.ts`: a process that remembers what ends, while a run goes on. */
import { once } from 'node:events';
import { type Memory, openEmbedder, openMemory } from '../../memory/index.ts';
import { readConfig } from '../config.ts';
import { Archive } from '../documents/archive.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import { catchUp } from './catch-up.ts';
import { memoryFolder } from './place.ts';
import type { ScribeOrder } from './rememberer.ts';
import { standBack } from './stand-back.ts';

/** Between two looks at least, and so many times as long as a look has taken. */
const pauseMinMs = 1_000;
const pauseFactor = 20;
/** A look that has taken so long leaves the rest to the next: a core's idle time is shared, too. */
const workMaxMs = 100;
/** Of vectors of another embedding, in one look. */
const renewedMax = 256;

// Whoever works on tasks comes first.
standBack();
const over = new AbortController();
// Also when whoever began it is gone.
process.once('disconnect', () => over.abort());
const [{ home, redact, embedder: wish }] = (await once(process, 'message')) as [ScribeOrder];
process.once('message', () => over.abort());
// It may have gone before anybody listened.
if (!process.connected) over.abort();

const clock = systemClock;
const embedder = await openEmbedder(wish, clock);
const folder = memoryFolder(home);
const memory = openMemory({ folder, time: clock, redact, ...(embedder && { embedder }) });
const archive = new Archive(readConfig({ home }), clock, systemRandom);
await remember(memory);
await memory.close();
if (process.connected) process.disconnect();

async function remember(memory: Memory): Promise<void> {
  for (;;) {
    const isLast = over.signal.aborted;
    const begunMs = clock.elapsed();
    const isOver = (): boolean => !isLast && clock.elapsed() - begunMs > workMaxMs;
    const remembered = await catchUp({ home, memory, clock, isOver });
    if (isLast) return;
    const renewed = await memory.manager.renew(renewedMax);
    if (remembered + renewed > 0) await memory.tidy();
    // What can't be kept now is kept by whoever asks for it.
    if (remembered > 0) await archive.catchUp().catch(() => undefined);
    const pauseMs = Math.max(pauseMinMs, pauseFactor * (clock.elapsed() - begunMs));
    await sleep(clock, pauseMs, over.signal);
  }
}
