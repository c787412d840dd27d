/**
 * Finds tasks that say the same in nearly the same words: one of them is enough.
 *
 * Careful rather than thorough: "rename m1" and "rename m2" are two things, and so are "enable" and
 * "disable". Both texts must have the same numbers, and all but the most common of their terms.
 */
import { cosineOf } from '../search/searcher.ts';
import { unpack } from '../search/small-vector.ts';
import type { Trace } from '../search/trace.ts';

export interface Candidate extends Trace {
  readonly prompt: string;
  readonly outcome: string;
  readonly finishedAt: number;
  /** Whether it may be put away. */
  readonly isFree: boolean;
  /** Whether it is what its like should be known by: it succeeded, and still holds. */
  readonly isGood: boolean;
}

export interface Group {
  readonly keeps: number;
  readonly likes: readonly number[];
}

/** Of what both have, weighed by how rare each term is. */
const sharedMin = 0.95;
const cosineMin = 0.95;
/** Whoever is alike shares its rarest terms, but for one at most. */
const rarest = 5;

export function groupDuplicates(all: readonly Candidate[]): readonly Group[] {
  const weigh = weights(all);
  const ranked = all.toSorted(byPreference);
  const buckets = new Map<string, Candidate[]>();
  for (const each of ranked) {
    for (const key of keysOf(each, weigh)) {
      const bucket = buckets.get(key);
      if (bucket) bucket.push(each);
      else buckets.set(key, [each]);
    }
  }
  const settled = new Set<number>();
  return ranked.flatMap((head) => {
    if (settled.has(head.id)) return [];
    settled.add(head.id);
    const likes = likesOf(head, buckets, settled, weigh);
    for (const id of likes) settled.add(id);
    return likes.length === 0 ? [] : [{ keeps: head.id, likes }];
  });
}

/** What is good comes first, what can't go next, then the newest. */
function byPreference(a: Candidate, b: Candidate): number {
  if (a.isGood !== b.isGood) return a.isGood ? -1 : 1;
  if (a.isFree !== b.isFree) return a.isFree ? 1 : -1;
  return b.finishedAt - a.finishedAt || b.id - a.id;
}

type Weigh = (hash: number) => number;

function weights(all: readonly Candidate[]): Weigh {
  const counts = new Map<number, number>();
  for (const { hashes } of all) {
    for (const hash of hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return (hash) => {
    const count = counts.get(hash) ?? 0;
    return Math.log(1 + (all.length - count + 0.5) / (count + 0.5));
  };
}

function keysOf({ hashes }: Candidate, weigh: Weigh): readonly string[] {
  const terms = [...hashes].sort((a, b) => weigh(b) - weigh(a) || a - b).slice(0, rarest);
  if (terms.length < rarest) return [terms.join(' ')];
  return terms.map((_, left) => terms.filter((_term, at) => at !== left).join(' '));
}

function likesOf(
  head: Candidate,
  buckets: ReadonlyMap<string, readonly Candidate[]>,
  settled: ReadonlySet<number>,
  weigh: Weigh,
): readonly number[] {
  const near = new Set<Candidate>();
  for (const key of keysOf(head, weigh)) {
    for (const each of buckets.get(key) ?? []) near.add(each);
  }
  const vector = unpack(head.packed);
  const free = [...near].filter(({ id, isFree }) => isFree && !settled.has(id));
  return free.filter((each) => isLike(head, each, vector, weigh)).map(({ id }) => id);
}

/** What failed is kept beside what succeeded: it says what not to do. */
function isLike(head: Candidate, other: Candidate, vector: Float32Array, weigh: Weigh): boolean {
  if (head.outcome !== other.outcome || head.embedder !== other.embedder) return false;
  if (head.prompt === other.prompt) return true;
  return (
    sharedOf(head.hashes, other.hashes, weigh) >= sharedMin &&
    numbersIn(head.prompt) === numbersIn(other.prompt) &&
    cosineOf(vector, other.packed) >= cosineMin
  );
}

function sharedOf(one: Uint32Array, other: Uint32Array, weigh: Weigh): number {
  const ours = new Set(one);
  let both = 0;
  let all = 0;
  for (const hash of ours) all += weigh(hash);
  for (const hash of other) {
    if (ours.has(hash)) both += weigh(hash);
    else all += weigh(hash);
  }
  return all === 0 ? 0 : both / all;
}

function numbersIn(text: string): string {
  return [...new Set(text.match(/[\w.-]*\d[\w.-]*/g) ?? [])].sort().join(' ');
}
