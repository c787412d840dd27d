/** The facts of a living run as lines of JSON, all of them, however slowly they are read. */
import type { RunFact } from '../../src/index.ts';
import type { Output } from '../terminal/render.ts';

/**
 * A reader who is too slow for the bus loses facts there; they are read again from the journal,
 * which `replay` gives from the beginning.
 */
export async function relayFacts(
  facts: AsyncIterable<RunFact>,
  replay: () => AsyncIterable<RunFact>,
  output: Output,
): Promise<void> {
  let last: number | null = null;
  for await (const fact of facts) {
    if (last !== null && fact.seq > last + 1) await relayBetween(last, fact.seq, replay(), output);
    await output.json(fact);
    last = fact.seq;
  }
}

async function relayBetween(
  after: number,
  before: number,
  facts: AsyncIterable<RunFact>,
  output: Output,
): Promise<void> {
  for await (const fact of facts) {
    if (fact.seq >= before) return;
    if (fact.seq > after) await output.json(fact);
  }
}
