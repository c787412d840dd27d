/**
 * Finds tasks that say the same in nearly the same words: one of them is enough.
 *
 * Careful rather than thorough: "rename m1" and "rename m2" are two things, and so are "enable" and
 * "disable". Both texts must have the same numbers, and all but the most common of their terms.
 *
 * Of each task only a few numbers are in memory at once (see `neighbours.ts`); those that may be
 * alike are read when they are compared.
 */
import { cosineOf } from '../search/searcher.ts';
import { unpack } from '../search/small-vector.ts';
import type { Trace } from '../search/trace.ts';
import { type Neighbours, neighbourhood, type Sketch } from './neighbours.ts';

/** What two of them are compared by. */
export interface Candidate extends Trace {
  readonly prompt: string;
  readonly outcome: string;
}

export interface Past {
  /** Each time anew, in the same order. */
  readonly sketches: () => Iterable<Sketch>;
  /** Those that are still there, in any order. */
  readonly candidates: (ids: readonly number[]) => readonly Candidate[];
}

export interface Group {
  readonly keeps: number;
  readonly likes: readonly number[];
}

/** Of what both have, weighed by how rare each term is. */
const sharedMin = 0.95;
const cosineMin = 0.95;
/** Of neighbours that are not alike so many are looked at: most are alike, or none. */
const strangersMax = 64;
const readAtOnce = 64;
/** Kept for the next comparison, which is likely to be with the same. */
const keptMax = 2_048;

export function groupDuplicates(past: Past): readonly Group[] {
  const { ids, free, neighbours, weigh } = neighbourhood(past.sketches);
  const settled = new Uint8Array(ids.length);
  const read = reader(past, ids);
  const groups: Group[] = [];
  for (let head = 0; head < ids.length; head += 1) {
    if (settled[head] === 1) continue;
    settled[head] = 1;
    const open = (rank: number): boolean => settled[rank] === 0 && free[rank] === 1;
    const likes = likesOf(head, neighbours, open, { read, weigh });
    for (const like of likes) settled[like] = 1;
    if (likes.length === 0) continue;
    const idOf = (rank: number): number => ids[rank] as number;
    groups.push({ keeps: idOf(head), likes: likes.map(idOf) });
  }
  return groups;
}

type Weigh = (hash: number) => number;

interface Means {
  readonly read: (ranks: readonly number[]) => readonly (Candidate | undefined)[];
  readonly weigh: Weigh;
}

function likesOf(
  head: number,
  neighbours: Neighbours,
  open: (rank: number) => boolean,
  { read, weigh }: Means,
): readonly number[] {
  const near = neighbours(head, open);
  const likes: number[] = [];
  let self: { readonly candidate: Candidate; readonly vector: Float32Array } | null = null;
  let strangers = 0;
  for (let page = near.next(readAtOnce); page.length > 0; page = near.next(readAtOnce)) {
    if (self === null) {
      const [candidate] = read([head]);
      if (!candidate) return [];
      self = { candidate, vector: unpack(candidate.packed) };
    }
    const { candidate, vector } = self;
    for (const [at, other] of read(page).entries()) {
      if (other && isLike(candidate, other, vector, weigh)) likes.push(page[at] as number);
      else strangers += 1;
      if (strangers >= strangersMax) return likes;
    }
  }
  return likes;
}

/** Reads what it has not at hand; the oldest that was read goes first. */
function reader({ candidates }: Past, ids: Float64Array): Means['read'] {
  const kept = new Map<number, Candidate>();
  return (ranks) => {
    const wanted = ranks.map((rank) => ids[rank] as number);
    const missing = wanted.filter((id) => !kept.has(id));
    for (const each of missing.length > 0 ? candidates(missing) : []) kept.set(each.id, each);
    const found = wanted.map((id) => kept.get(id));
    for (const id of kept.keys()) {
      if (kept.size <= keptMax) break;
      kept.delete(id);
    }
    return found;
  };
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
