/** Vectors that an index must find again: a torn one answers wrongly and says nothing. */

import { unpack } from '../search/small-vector.ts';
import type { Trace } from '../search/trace.ts';
import type { Database } from '../truth/database.ts';
import { traceFrom } from '../truth/tasks.ts';
import type { ChromaIndex } from './chroma-index.ts';

const count = 20;
/** An index that is not exact may miss one by chance, and not two. */
const missesMax = 1;
/** Whoever is as near as that is the same. */
const sameCosine = 0.99;

/** Spread over all that was fed. */
export function canaries(database: Database, embedder: string, mark: number): readonly Trace[] {
  const found = new Map<number, Trace>();
  for (let at = 0; at < count; at += 1) {
    const trace = traceFrom(database, Math.floor((mark * at) / count), embedder);
    if (trace && trace.id <= mark) found.set(trace.id, trace);
  }
  return [...found.values()];
}

export async function areFound(known: readonly Trace[], index: ChromaIndex): Promise<boolean> {
  const vectors = known.map(({ packed }) => unpack(packed));
  const asked = vectors.filter((vector) => vector.some((value) => value !== 0));
  if (asked.length === 0) return true;
  const answers = await index.nearestOfEach(asked, 1);
  const misses = answers.filter(([first]) => (first?.cosine ?? 0) < sameCosine);
  return misses.length <= missesMax;
}
