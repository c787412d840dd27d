/** Makes a failing simulation smaller: fewer kinds of faults, fewer faults, fewer tasks. */
import type { Plan } from '../plan/plan.ts';
import { type FaultKind, faultNames } from './fault-kinds.ts';
import type { FaultMix } from './fault-mix.ts';
import { planOf } from './plan-document.ts';

export interface Case {
  readonly plan: Plan;
  readonly faults: FaultMix;
}

/** Whether the smaller case still fails in the same way. */
export type StillFails = (smaller: Case) => Promise<boolean>;

/** So many smaller cases are tried at most. */
const triesMax = 300;

/** A case of which nothing more can be taken away, or the smallest that was found in time. */
export async function shrink(failing: Case, stillFails: StillFails): Promise<Case> {
  let smallest = failing;
  let tries = 0;
  for (let found = true; found; ) {
    found = false;
    for (const smaller of smallerCases(smallest)) {
      tries += 1;
      if (tries > triesMax) return smallest;
      if (!(await stillFails(smaller))) continue;
      smallest = smaller;
      found = true;
      break;
    }
  }
  return smallest;
}

/** The boldest first. */
function* smallerCases({ plan, faults }: Case): Generator<Case> {
  for (const fewer of fewerFaults(faults)) yield { plan, faults: fewer };
  for (const fewer of fewerTasks(plan)) yield { plan: fewer, faults };
}

function* fewerFaults(faults: FaultMix): Generator<FaultMix> {
  const { max, kills } = faults;
  const kinds = faultNames.filter((kind) => (faults.rates[kind] ?? 0) > 0);
  for (const kept of withoutChunks(kinds)) yield { ...faults, rates: ratesOf(faults, kept) };
  for (const kept of withoutChunks(kills)) yield { ...faults, kills: kept };
  if (max === null) return;
  for (let less = max >> 1; less > 0; less >>= 1) yield { ...faults, max: max - less };
  if (max > 0) yield { ...faults, max: 0 };
}

function ratesOf({ rates }: FaultMix, kept: readonly FaultKind[]): FaultMix['rates'] {
  return Object.fromEntries(kept.map((kind) => [kind, rates[kind] ?? 0]));
}

function* fewerTasks(plan: Plan): Generator<Plan> {
  const ids = plan.tasks.map(({ id }) => id);
  for (const kept of withoutChunks(ids)) if (kept.length > 0) yield planOf(plan, new Set(kept));
}

/** Everything but a half, but a quarter, and so on down to everything but one. */
function* withoutChunks<Value>(values: readonly Value[]): Generator<readonly Value[]> {
  for (let size = values.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < values.length; at += size) {
      yield [...values.slice(0, at), ...values.slice(at + size)];
    }
  }
}
