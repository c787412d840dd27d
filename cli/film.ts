/** Plays the facts of a run again with the pauses that lay between them, as many times faster. */
import { type Clock, duration, type RunFact, sleep } from '../src/index.ts';
import type { Chronicle } from './chronicle.ts';

export interface Film {
  readonly facts: AsyncIterable<RunFact>;
  readonly speed: number;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  /** Resolves when nobody wants to see more. */
  readonly stopped: Promise<unknown>;
  /** Says that nothing will happen for a while. */
  readonly note: (text: string) => void;
}

/** A longer pause is announced. */
const quietMs = 5_000;

/** Against the clock, not pause by pause: what printing takes must not add up. */
export async function play({ facts, speed, chronicle, clock, stopped, note }: Film): Promise<void> {
  const begunMs = clock.elapsed();
  let first: number | null = null;
  let last = 0;
  const stop = stopped.then(() => 'stopped' as const);
  for await (const fact of facts) {
    first ??= fact.at;
    const pauseMs = begunMs + (fact.at - first) / speed - clock.elapsed();
    if (pauseMs > quietMs) {
      const [lived, lasts] = [duration(fact.at - last), duration(pauseMs)];
      note(`Nothing happened for ${lived}; at this speed that takes ${lasts}. Ctrl-C ends it.\n`);
    }
    last = fact.at;
    const pause = pauseMs > 0 ? sleep(clock, pauseMs) : clock.breathe();
    if ((await Promise.race([pause, stop])) === 'stopped') return;
    await chronicle.tell(fact);
  }
}
