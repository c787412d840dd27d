/**
 * Feeds a Chroma collection from the database, and answers for what it has not got yet.
 *
 * Owns: the cursor of the collection, and an exact index of the tail: what is remembered but not
 * yet acknowledged. Both are asked, so an answer never lacks what was just remembered.
 * Invariants:
 * - the cursor moves only after the server has acknowledged what is before it;
 * - a collection that has lost something, or does not find what it must, is emptied and fed again;
 * - once the server fails everything is in the tail: from then on the exact index answers alone.
 */
import { messageOf } from '../errors.ts';
import { ExactIndex } from '../search/exact-index.ts';
import {
  byNearness,
  type Entry,
  type Feed,
  type Neighbour,
  type SemanticIndex,
} from '../search/semantic-index.ts';
import { unpack } from '../search/small-vector.ts';
import type { Trace } from '../search/trace.ts';
import type { Time } from '../time.ts';
import type { Database } from '../truth/database.ts';
import { type FeedState, noteFeed, readFeed, unfed } from '../truth/feeds.ts';
import { renewedAfter } from '../truth/renewing.ts';
import { firstsAfter, goneAfter, readTraces, tracesAfter, twinsOf } from '../truth/tasks.ts';
import { areFound, canaries } from './canaries.ts';
import type { ChromaIndex } from './chroma-index.ts';

export interface ChromaFeedOptions {
  readonly database: Database;
  readonly time: Time;
  readonly index: ChromaIndex;
  /** Of the collection. */
  readonly name: string;
  readonly embedder: string;
  readonly dimensions: number | null;
}

const batchRows = 1_000;
/** Of those with the same vector, the newest are told with the first. */
const twinsMax = 4;

export class ChromaFeed implements Feed {
  readonly #options: ChromaFeedOptions;
  readonly #tail: ExactIndex;
  /** The last task that is in the tail or was fed. */
  #seen = 0;
  #state: FeedState = unfed;
  #pumping: Promise<void> | null = null;
  #failure: string | null = null;
  #life: 'open' | 'closed' = 'open';

  private constructor(options: ChromaFeedOptions) {
    this.#options = options;
    this.#tail = new ExactIndex(options.dimensions);
  }

  /** Looks first whether the collection can be trusted. Rejects when no server answers. */
  static async open(options: ChromaFeedOptions): Promise<ChromaFeed> {
    const feed = new ChromaFeed(options);
    await feed.#check();
    feed.#fillTail(feed.#state.mark);
    return feed;
  }

  get embedder(): string {
    return this.#options.embedder;
  }

  /** Why the server is asked no more; null while it is. */
  get failure(): string | null {
    return this.#failure;
  }

  /** How many it still lacks. */
  backlog(): Promise<number> {
    return this.#tail.count();
  }

  readonly index: SemanticIndex = {
    count: async () => (await this.#tail.count()) + (await this.#serverCount()),
    put: (entries) => this.#tail.put(entries),
    remove: (ids) => this.drop(ids),
    nearest: (vector, count) => this.#nearest(vector, count),
    close: () => this.#close(),
  };

  take(traces: readonly Trace[]): void {
    for (const { id, embedder, packed } of traces) {
      if (id <= this.#seen || embedder !== this.#options.embedder) continue;
      this.#tail.putPacked(id, packed);
      this.#seen = id;
    }
  }

  /** Into the tail first: until the server has it, that answers for it. */
  renew(traces: readonly Trace[]): void {
    for (const { id, embedder, packed } of traces) {
      if (embedder === this.#options.embedder) this.#tail.putPacked(id, packed);
    }
  }

  async drop(ids: readonly number[]): Promise<void> {
    await this.#tail.remove(ids);
    if (this.#failure === null) await this.#removeGone().catch((error) => this.#fail(error));
  }

  /** Feeds on while others go on. */
  async settle(): Promise<void> {
    if (this.#failure !== null || this.#life === 'closed') return;
    this.#pumping ??= this.#pump()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#pumping = null;
      });
  }

  /** Resolves when the server has everything, or is asked no more. */
  async level(): Promise<void> {
    await this.settle();
    await this.#pumping;
  }

  arrays(): readonly ArrayBufferView[] {
    return [];
  }

  async #check(): Promise<void> {
    const { database, index, name, embedder } = this.#options;
    const state = readFeed(database, name);
    const count = await index.count();
    const known = canaries(database, embedder, state.mark);
    const isTrusted = count >= state.count && (await areFound(known, index));
    if (isTrusted) {
      this.#state = state;
    } else {
      await index.clear();
      this.#note(unfed);
    }
  }

  #fillTail(after: number): void {
    const { database } = this.#options;
    this.#seen = Math.max(this.#seen, after);
    for (let from = after; ; ) {
      const traces = tracesAfter(database, from, batchRows);
      this.take(traces);
      from = traces.at(-1)?.id ?? from;
      if (traces.length < batchRows) return;
    }
  }

  async #pump(): Promise<void> {
    const { database, index, embedder, time } = this.#options;
    await this.#removeGone();
    await this.#putRenewed();
    while (this.#life === 'open') {
      const traces = firstsAfter(database, this.#state.mark, embedder, batchRows);
      const last = traces.at(-1);
      // Of what is left in the tail, the server knows the first of the same vector.
      if (!last) return this.#tail.remove([...this.#tail.arrays().ids]);
      await index.put(traces.map(entryOf));
      this.#note({ ...this.#state, mark: last.id, count: await index.count() });
      await this.#tail.remove(traces.map(({ id }) => id));
      await time.breathe();
    }
  }

  async #removeGone(): Promise<void> {
    const { database, index } = this.#options;
    const lost = goneAfter(database, this.#state.gone);
    const gone = lost.at(-1)?.count;
    if (gone === undefined) return;
    await index.remove(lost.map(({ id }) => id));
    const heirs = lost.flatMap(({ heir }) => heir ?? []);
    await index.put(readTraces(database, heirs).map(entryOf));
    this.#note({ ...this.#state, gone, count: await index.count() });
  }

  async #putRenewed(): Promise<void> {
    const { database, index, embedder } = this.#options;
    const renewal = renewedAfter(database, this.#state.renewed);
    if (!renewal) return;
    const ours = renewal.traces.filter((trace) => trace.embedder === embedder);
    await index.put(ours.map(entryOf));
    this.#note({ ...this.#state, renewed: renewal.count, count: await index.count() });
  }

  #note(state: FeedState): void {
    this.#state = state;
    noteFeed(this.#options.database, this.#options.name, state);
  }

  async #nearest(vector: Float32Array, count: number): Promise<readonly Neighbour[]> {
    const there = await this.#askServer(vector, count);
    const here = await this.#tail.nearest(vector, count);
    const known = new Set(here.map(({ id }) => id));
    const both = [...here, ...there.filter(({ id }) => !known.has(id))];
    return both.sort(byNearness).slice(0, count);
  }

  async #askServer(vector: Float32Array, count: number): Promise<readonly Neighbour[]> {
    if (this.#failure !== null || this.#state.mark === 0) return [];
    try {
      const found = await this.#options.index.nearest(vector, count);
      return [...found, ...this.#twinsOf(found)];
    } catch (error) {
      this.#fail(error);
      return [];
    }
  }

  #twinsOf(found: readonly Neighbour[]): readonly Neighbour[] {
    const cosines = new Map(found.map(({ id, cosine }) => [id, cosine]));
    const twins = twinsOf(this.#options.database, [...cosines.keys()], twinsMax);
    return twins.map(([first, id]) => ({ id, cosine: cosines.get(first) ?? 0 }));
  }

  async #serverCount(): Promise<number> {
    return this.#failure === null ? this.#options.index.count() : 0;
  }

  #fail(error: unknown): void {
    if (this.#failure !== null || this.#life === 'closed') return;
    this.#failure = messageOf(error);
    this.#seen = 0;
    this.#fillTail(0);
  }

  async #close(): Promise<void> {
    this.#life = 'closed';
    await this.#pumping;
    await this.#options.index.close();
  }
}

function entryOf({ id, packed }: Trace): Entry {
  return { id, vector: unpack(packed) };
}
