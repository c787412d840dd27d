/**
 * What the page knows of a run: one signal an actor, so that only what has changed is drawn again.
 *
 * Owns: the rows of the present and those of the moment looked at; facts, bars and money.
 * Invariants:
 * - a frame is taken whole in one batch: nothing is drawn from half of it;
 * - what is kept of facts and bars is bounded, the oldest go first.
 */
import { batch, computed, type Signal, signal } from '@preact/signals';
import type {
  ActorLook,
  ActorRow,
  Bar,
  FactRow,
  Problem,
  RunFrame,
  RunHead,
  RunLine,
  RunShape,
  SpendPoint,
  Word,
  WordsFrame,
} from '../serving/wire.ts';

const factsMax = 5_000;
const wordsMax = 4_000;

/** Rows by address, each a signal of its own. */
export class Rows {
  readonly #rows = new Map<string, Signal<ActorRow | null>>();
  /** Changes when somebody comes or goes. */
  readonly addresses = signal<readonly string[]>([]);

  row(address: string): Signal<ActorRow | null> {
    const known = this.#rows.get(address);
    if (known) return known;
    const fresh = signal<ActorRow | null>(null);
    this.#rows.set(address, fresh);
    return fresh;
  }

  all(): readonly ActorRow[] {
    return this.addresses.value.flatMap((address) => this.row(address).value ?? []);
  }

  take(rows: readonly ActorRow[], isWhole: boolean): void {
    const given = new Set(rows.map(({ address }) => address));
    if (isWhole) {
      for (const [address, row] of this.#rows) if (!given.has(address)) row.value = null;
    }
    for (const row of rows) {
      const known = this.row(row.address);
      if (!isSame(known.peek(), row)) known.value = row;
    }
    const before = isWhole ? [] : this.addresses.peek();
    const news = new Set(before);
    const added = rows.filter(({ address }) => !news.has(address));
    if (added.length === 0 && !isWhole) return;
    const after = [...before, ...added.map(({ address }) => address)];
    if (after.join('\n') !== this.addresses.peek().join('\n')) this.addresses.value = after;
  }

  clear(): void {
    this.#rows.clear();
    this.addresses.value = [];
  }
}

const isSame = (a: ActorRow | null, b: ActorRow): boolean =>
  a !== null && (Object.keys(b) as (keyof ActorRow)[]).every((key) => a[key] === b[key]);

export const runs = signal<readonly RunLine[] | null>(null);
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
export const problem = signal<Problem | null>(null);

export const live = new Rows();
const past = new Rows();
export const shape = signal<RunShape | null>(null);
const liveHead = signal<RunHead | null>(null);
const pastHead = signal<RunHead | null>(null);
const liveFacts = signal<readonly FactRow[]>([]);
const pastFacts = signal<readonly FactRow[]>([]);
const allBars = new Map<number, Bar>();
export const bars = signal<readonly Bar[]>([]);
export const spend = signal<readonly SpendPoint[]>([]);
export const look = signal<ActorLook | null>(null);
export const words = signal<readonly Word[] | null>(null);

/** The input that is looked at; null: the present. */
export const moment = signal<number | null>(null);

/** Those of the moment that is looked at, once they have come. */
const isPast = computed(() => moment.value !== null && pastHead.value !== null);
export const rows = computed(() => (isPast.value ? past : live));
export const head = computed(() => (isPast.value ? pastHead.value : liveHead.value));
export const facts = computed(() => (isPast.value ? pastFacts.value : liveFacts.value));
/** The present, whatever is looked at. */
export const present = computed(() => liveHead.value);

export function forget(): void {
  batch(() => {
    live.clear();
    past.clear();
    allBars.clear();
    for (const each of [shape, liveHead, pastHead, look, words, moment, problem]) each.value = null;
    liveFacts.value = [];
    pastFacts.value = [];
    bars.value = [];
    spend.value = [];
  });
}

/** What the feed may leave out next time. */
export const seen = () => ({
  since: liveHead.peek()?.n ?? 0,
  facts: liveFacts.peek().at(-1)?.seq ?? 0,
});

export function takeRun(frame: RunFrame): void {
  batch(() => (frame.moment === null ? takePresent(frame) : takePast(frame)));
}

function takePresent(frame: RunFrame): void {
  const isWhole = frame.kind === 'whole';
  live.take(frame.actors, isWhole);
  liveHead.value = frame.head;
  if (frame.shape) shape.value = frame.shape;
  const before = isWhole ? [] : liveFacts.peek();
  if (frame.facts.length > 0 || isWhole) {
    liveFacts.value = [...before, ...frame.facts].slice(-factsMax);
  }
  if (isWhole) allBars.clear();
  for (const bar of frame.bars) allBars.set(bar.id, bar);
  if (frame.bars.length > 0 || isWhole) bars.value = [...allBars.values()];
  if (frame.spend.length > 0) spend.value = frame.spend;
}

function takePast(frame: RunFrame): void {
  // An answer to an earlier question: the newest one is still on its way.
  if (moment.peek() === null) return;
  past.take(frame.actors, true);
  pastHead.value = frame.head;
  pastFacts.value = frame.facts;
}

export function leavePast(): void {
  batch(() => {
    moment.value = null;
    pastHead.value = null;
  });
}

export function takeWords(frame: WordsFrame): void {
  const before = frame.goesOn ? (words.peek() ?? []) : [];
  words.value = [...before, ...frame.words].slice(-wordsMax);
}

export function takeOlder(older: readonly FactRow[]): void {
  liveFacts.value = [...older, ...liveFacts.peek()];
}
