/** What `doctor` says of memory: which index searches what was done before, and why. */
import type { Troupe } from '../../src/index.ts';
import type { Check } from './checkup.ts';

const advice = {
  ready: '',
  missing: '',
  'needs-setup': 'for more than 10,000 tasks, make Chroma run: troupe memory setup',
} as const;

const searchers = { chroma: 'Chroma', exact: 'the index that is built in' } as const;

export async function checkMemory(troupe: Pick<Troupe, 'memory'>): Promise<Check> {
  try {
    const { tasks, store, why, chroma } = await (await troupe.memory()).state();
    const found = `${tasks} remembered, searched by ${searchers[store]}: ${why}`;
    return { name: 'memory', status: 'fine', found, fix: advice[chroma] };
  } catch (error) {
    const { message, hint = 'see: troupe memory stats' } = error as Error & { hint?: string };
    return { name: 'memory', status: 'warning', found: message, fix: hint };
  }
}
