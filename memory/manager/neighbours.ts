/**
 * Tells of each task which others have nearly the same rare terms: no other can say the same.
 *
 * Two texts are neighbours when they share their five rarest terms, but for one at most: each has a
 * key for every four of the five, and neighbours have a key in common. Of 100,000 tasks that is a
 * list of half a million numbers, sorted once.
 *
 * Owns: a few numbers a task, none of its words.
 * Invariant: what two keys have in common by chance makes two tasks neighbours, never alike.
 */
/** What all tasks are looked through by. */
export interface Sketch {
  readonly id: number;
  readonly hashes: Uint32Array;
  readonly finishedAt: number;
  /** Whether it may be put away. */
  readonly isFree: boolean;
  /** Whether it is what its like should be known by: it succeeded, and still holds. */
  readonly isGood: boolean;
}

export interface Neighbourhood {
  /** By rank: what a group should be known by comes first. */
  readonly ids: Float64Array;
  /** By rank: 1 for what may be put away. */
  readonly free: Uint8Array;
  /** The open neighbours of a rank that come after it. */
  readonly neighbours: Neighbours;
  /** How rare a term is. */
  readonly weigh: (hash: number) => number;
}

export type Neighbours = (rank: number, isOpen: (rank: number) => boolean) => Walk;

export interface Walk {
  /** So many more at most; none when there are no more. */
  readonly next: (count: number) => readonly number[];
}

/** Whoever is alike shares so many of its rarest terms, but for one at most. */
const rarest = 5;
/** An entry is its key and its place, in one number that can be sorted. */
const keysMax = 2 ** 29;
const placesMax = 2 ** 24;
/** Three million tasks: more are not looked at. */
const tasksMax = Math.floor(placesMax / rarest);
/** Terms are counted by a part of their hash: two that share a counter seem a little commoner. */
const countersMax = 2 ** 20;
/** Of one key so many are passed; whoever is left over is found at the next look. */
const passedMax = 8_192;
const noPlace = 0xffff_ffff;

export function neighbourhood(sketches: () => Iterable<Sketch>): Neighbourhood {
  const weigh = weightsOf(sketches());
  const rows: Row[] = [];
  for (const sketch of sketches()) {
    if (rows.length >= tasksMax) break;
    const { id, finishedAt, isGood, isFree } = sketch;
    rows.push({ id, finishedAt, isGood, isFree, keys: keysOf(sketch, weigh) });
  }
  rows.sort(byPreference);
  return {
    ids: Float64Array.from(rows, ({ id }) => id),
    free: Uint8Array.from(rows, ({ isFree }) => (isFree ? 1 : 0)),
    neighbours: walksOf(rows),
    weigh,
  };
}

interface Row extends Omit<Sketch, 'hashes'> {
  readonly keys: readonly number[];
}

/** What is good comes first, what can't go next, then the newest. */
function byPreference(a: Row, b: Row): number {
  if (a.isGood !== b.isGood) return a.isGood ? -1 : 1;
  if (a.isFree !== b.isFree) return a.isFree ? 1 : -1;
  return b.finishedAt - a.finishedAt || b.id - a.id;
}

function weightsOf(sketches: Iterable<Sketch>): Neighbourhood['weigh'] {
  const counters = new Uint32Array(countersMax);
  let tasks = 0;
  for (const { hashes } of sketches) {
    tasks += 1;
    for (const hash of hashes) {
      const at = hash % countersMax;
      counters[at] = (counters[at] as number) + 1;
    }
  }
  return (hash) => {
    const count = counters[hash % countersMax] as number;
    return Math.log(1 + Math.max(0, tasks - count + 0.5) / (count + 0.5));
  };
}

function keysOf({ hashes }: Sketch, weigh: Neighbourhood['weigh']): readonly number[] {
  const weighed = Array.from(hashes, (hash) => ({ hash, weight: weigh(hash) }));
  weighed.sort((a, b) => b.weight - a.weight || a.hash - b.hash);
  const terms = weighed.slice(0, rarest).map(({ hash }) => hash);
  if (terms.length < rarest) return [keyOf(terms, terms.length)];
  return terms.map((_, left) => keyOf(terms, left));
}

function keyOf(terms: readonly number[], left: number): number {
  let key = terms.length;
  for (const [at, term] of terms.entries()) {
    if (at === left) continue;
    key = Math.imul(key ^ term, 0x9e3779b1);
    key ^= key >>> 15;
  }
  return (key >>> 0) % keysMax;
}

function walksOf(rows: readonly Row[]): Neighbours {
  const entries = Float64Array.from(
    rows.flatMap(({ keys }, rank) => keys.map((key, at) => key * placesMax + rank * rarest + at)),
  ).sort();
  const places = new Uint32Array(rows.length * rarest).fill(noPlace);
  for (const [at, entry] of entries.entries()) places[entry % placesMax] = at;
  return (rank, isOpen) => {
    const found = walk(rank, { entries, places }, isOpen);
    return { next: (count) => take(found, count) };
  };
}

interface Shelf {
  readonly entries: Float64Array;
  /** Where the entries of each rank are among them. */
  readonly places: Uint32Array;
}

/** Of one key the entries lie together, in the order of their ranks. */
function* walk(rank: number, { entries, places }: Shelf, isOpen: (rank: number) => boolean) {
  const met = new Set<number>();
  for (let slot = 0; slot < rarest; slot += 1) {
    const own = places[rank * rarest + slot] as number;
    if (own === noPlace) return;
    const key = Math.floor((entries[own] as number) / placesMax);
    const end = Math.min(entries.length, own + passedMax);
    for (let at = own + 1; at < end; at += 1) {
      const entry = entries[at] as number;
      if (Math.floor(entry / placesMax) !== key) break;
      const other = Math.floor((entry % placesMax) / rarest);
      if (met.has(other) || !isOpen(other)) continue;
      met.add(other);
      yield other;
    }
  }
}

function take(found: Iterator<number>, count: number): readonly number[] {
  const page: number[] = [];
  while (page.length < count) {
    const { done, value } = found.next();
    if (done) break;
    page.push(value);
  }
  return page;
}
