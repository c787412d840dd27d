/** In which order accounts are asked: the first one that lends is the one. Pure. */
import { assertNever } from '../../machines/errors.ts';
import { unitHash } from '../../machines/rules/backoff.ts';

export type AccountStrategy =
  /** The one with the most room. */
  | 'balanced'
  /** By the prices that are known; the others come last. */
  | 'cheapest'
  /** By how long good attempts took; who was never tried comes first. */
  | 'fastest'
  /** Each agent keeps to one, as long as that lends. */
  | 'sticky'
  /** The first that lends, as they are named. */
  | 'failover'
  /** By what came of the role's past attempts: who needs least time until one succeeds. */
  | 'learned';

/** What came of past attempts of a role with an account. */
export interface TrackRecord {
  /** Those that ended by themselves, well or badly. */
  readonly tried: number;
  readonly succeeded: number;
  /** Of those that succeeded, on average; null when none did. */
  readonly successMs: number | null;
}

export interface Candidate {
  readonly name: string;
  readonly busy: number;
  /** Null: no limit. */
  readonly concurrency: number | null;
  /** How often it was lent. */
  readonly lent: number;
  readonly paceMs: number | null;
  /** To compare by; null when nobody knows. */
  readonly price: number | null;
  /** Null: nobody asked. */
  readonly record: TrackRecord | null;
}

/** What an account without a limit is taken for when loads are compared. */
const assumedRoom = 8;

export function ordered(
  strategy: AccountStrategy,
  candidates: readonly Candidate[],
  agent: string,
): readonly string[] {
  return [...candidates].sort(comparer(strategy, agent)).map(({ name }) => name);
}

type Compare = (one: Candidate, other: Candidate) => number;

function comparer(strategy: AccountStrategy, agent: string): Compare {
  switch (strategy) {
    case 'failover':
      return () => 0;
    case 'balanced':
      return byLoad;
    case 'cheapest':
      return (one, other) => last(one.price) - last(other.price) || byLoad(one, other);
    case 'fastest':
      return (one, other) => (one.paceMs ?? 0) - (other.paceMs ?? 0) || byLoad(one, other);
    case 'sticky':
      return (one, other) => affinity(other, agent) - affinity(one, agent);
    case 'learned':
      return byRecord;
    default:
      return assertNever(strategy);
  }
}

const loadOf = ({ busy, concurrency }: Candidate): number => busy / (concurrency ?? assumedRoom);
const byLoad: Compare = (one, other) => loadOf(one) - loadOf(other) || one.lent - other.lent;
/** Finite, so that two of them are equal. */
const last = (price: number | null): number => price ?? Number.MAX_VALUE;
/** The same for the same two, whoever else is there: agents move only when their own is gone. */
const affinity = ({ name }: Candidate, agent: string): number => unitHash(`${agent}@${name}`, 1);

/** Fewer tries are luck: until then it is tried. */
const triesMin = 3;
const noRecord: TrackRecord = { tried: 0, succeeded: 0, successMs: null };

/** Those that are hardly known come first; of equals the cheaper one. */
const byRecord: Compare = (one, other) => {
  const [a, b] = [one.record ?? noRecord, other.record ?? noRecord];
  const untried = Math.min(a.tried, triesMin) - Math.min(b.tried, triesMin);
  if (untried !== 0) return untried;
  if (a.tried < triesMin) return byLoad(one, other);
  return waitOf(a) - waitOf(b) || last(one.price) - last(other.price) || byLoad(one, other);
};

/** Until an attempt succeeds, on average; a short record is not believed whole (Laplace). */
function waitOf({ tried, succeeded, successMs }: TrackRecord): number {
  if (successMs === null) return Number.MAX_VALUE;
  return successMs / ((succeeded + 1) / (tried + 2));
}
