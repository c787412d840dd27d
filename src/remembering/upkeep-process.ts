/** The other side of `upkeep.ts`: a process that hosts the memory worker, and tells of it. */
import { once } from 'node:events';
import type { MemoryFact } from '../../machines/events.ts';
import { readConfig } from '../config.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { openMemoryWorker } from './memory-worker.ts';
import { standBack } from './stand-back.ts';
import type { UpkeepOrder, UpkeepRound, UpkeepState } from './upkeep.ts';

const beatMs = 500;

// Whoever works on tasks, or answers people, comes first.
standBack();
const over = new AbortController();
// Also when whoever began it is gone.
process.once('disconnect', () => over.abort());
const [{ home, ...settings }] = (await once(process, 'message')) as [UpkeepOrder];
process.once('message', () => over.abort());
// It may have gone before anybody listened.
if (!process.connected) over.abort();

const clock = systemClock;
let begun: 'not yet' | 'begun' = 'not yet';
let last: UpkeepRound | null = null;
const worker = await openMemoryWorker({
  ...{ config: readConfig({ home }), clock, ...settings },
  onFact: hear,
});
await attend();
await worker.close();
if (process.connected) process.disconnect();

function hear(fact: MemoryFact): void {
  const at = clock.now();
  if (fact.type === 'memory.maintained') {
    last = { round: fact.round, at, report: fact.report, problem: '' };
  } else if (fact.type === 'memory.failed') {
    last = { round: fact.round, at, report: null, problem: fact.fault.message };
  }
}

/** Until it is told to end, or gives up. */
async function attend(): Promise<void> {
  let said = '';
  while (!over.signal.aborted) {
    const state = worker.state();
    // The first round is now: nobody knows how long the house was closed.
    if (state === 'idle' && begun === 'not yet') {
      begun = 'begun';
      await worker.maintain();
    }
    const told: UpkeepState = { state, last };
    const words = JSON.stringify(told);
    if (words !== said && process.connected) process.send?.(told);
    said = words;
    if (['stopped', 'crashed', 'gone'].includes(state)) return;
    await sleep(clock, beatMs, over.signal);
  }
}
