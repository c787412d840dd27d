/** Brings a core to where its log leads, and finds what an earlier life may have left undone. */
import type { Charts } from './charts.ts';
import type { Core } from './core.ts';
import type { LoggedInput, StoredSystem } from './log.ts';
import { restoreCore, type StoredCore } from './persist.ts';
import { type ActWish, inputOf } from './wish.ts';

interface Kept {
  readonly stored: StoredSystem | null;
  readonly inputs: Iterable<LoggedInput>;
}

export interface Recovered {
  /** The input up to which the stored system saved a replay. */
  readonly storedAt: number;
  /** Acts that no record vouches for, oldest first. */
  readonly owed: readonly ActWish[];
}

export function recover(core: Core, charts: Charts, { stored, inputs }: Kept): Recovered {
  if (stored) restoreCore(core, charts, stored.core as StoredCore);
  const storedAt = core.n;
  const acts: ActWish[] = [];
  let performed = storedAt;
  for (const input of inputs) {
    performed = Math.max(performed, input.performed);
    for (const wish of core.apply(input)) if (wish.kind === 'act') acts.push(wish);
  }
  return { storedAt, owed: acts.filter((act) => inputOf(act) > performed) };
}
