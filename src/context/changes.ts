/** The shared context of a run, as whoever does not work on it sees it. */
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import type { RunFact } from '../runs/run.ts';
import type { SharedContext, SharedEntry } from '../runs/shared-context.ts';

/** One change of it, or what was refused. */
export type ContextFact = RunFact & { readonly type: 'context.changed' | 'context.refused' };

/** Of one key, or of all. */
export async function* changesIn(
  facts: AsyncIterable<RunFact>,
  key?: string,
): AsyncGenerator<ContextFact> {
  for await (const fact of facts) {
    if (fact.type !== 'context.changed' && fact.type !== 'context.refused') continue;
    if (key === undefined || fact.key === key) yield fact;
  }
}

export function entryOf({ entries }: SharedContext, key: string): SharedEntry {
  const found = Object.hasOwn(entries, key) ? entries[key] : undefined;
  if (found) return found;
  const known = Object.keys(entries);
  const near = suggest(key, known) || `there are ${known.slice(0, 5).join(', ') || 'none'}`;
  const message = `nothing is shared as "${key}"; ${near}`;
  throw new UserError('context.unknown', message, 'see: troupe context show RUN');
}
