/**
 * What really decided when a run ended: from its last bar back, always on to what that one had
 * waited for. Pure.
 *
 * Invariant: each link ended no later than the next one began, so the way has an end.
 */
import type { Bar, TaskShape } from '../../serving/wire.ts';

/** Why a bar did not begin earlier. */
export type Because =
  /** It was the first. */
  | { readonly kind: 'begin' }
  /** An earlier attempt, or the work that is checked. */
  | { readonly kind: 'itself' }
  | { readonly kind: 'needs'; readonly task: string }
  | { readonly kind: 'agent'; readonly task: string; readonly agent: string }
  /** All slots were taken: this one gave one back. */
  | { readonly kind: 'slot'; readonly task: string };

/** What of the plan may keep a task from beginning. */
export interface Planned {
  readonly tasks: readonly Pick<TaskShape, 'id' | 'needs'>[];
  /** How many slots there are. */
  readonly concurrency: number;
}

export interface Link {
  readonly bar: Closed;
  readonly because: Because;
}

type Closed = Bar & { readonly to: number };

/** Two machines' facts of one moment may be so far apart. */
const atOnceMs = 50;

/** First to last; empty while nothing has ended. */
export function decisiveLinks(bars: readonly Bar[], plan: Planned): readonly Link[] {
  const past = new Past(bars, plan);
  const links: Link[] = [];
  let bar = past.last;
  while (bar !== null) {
    const found = past.before(bar);
    links.push({ bar, because: found.because });
    bar = found.bar;
  }
  return links.reverse();
}

interface Found {
  readonly bar: Closed | null;
  readonly because: Because;
}

class Past {
  /** By their ends. */
  readonly #closed: readonly Closed[];
  readonly #byTask: ReadonlyMap<string, readonly Closed[]>;
  readonly #byAgent: ReadonlyMap<string, readonly Closed[]>;
  readonly #needs: ReadonlyMap<string, readonly string[]>;

  readonly #slots: number;

  constructor(bars: readonly Bar[], { tasks, concurrency }: Planned) {
    this.#slots = concurrency;
    this.#closed = bars
      .filter((bar): bar is Closed => bar.to !== null)
      .sort((a, b) => a.to - b.to || a.id - b.id);
    this.#byTask = grouped(this.#closed, ({ task }) => task);
    const worked = this.#closed.filter(({ kind }) => kind !== 'waits');
    this.#byAgent = grouped(worked, ({ agent }) => agent ?? '');
    this.#needs = new Map(tasks.map(({ id, needs }) => [id, needs]));
  }

  get last(): Closed | null {
    return this.#closed.at(-1) ?? null;
  }

  before(bar: Closed): Found {
    const itself = endedBefore(this.#byTask.get(bar.task), bar);
    const needs = (this.#needs.get(bar.task) ?? []).map((id) => this.#byTask.get(id)?.at(-1));
    const need = latest(needs.map((each) => (each && endsBefore(each, bar) ? each : null)));
    const agent = bar.agent === null ? undefined : this.#byAgent.get(bar.agent);
    const same = endedBefore(agent, bar);
    const best = latest([itself, need, same]);
    const turn = bar.from - (best?.to ?? 0) > atOnceMs ? endedBefore(this.#closed, bar) : null;
    if (turn && turn.to > (best?.to ?? 0) && this.#wasFull(turn)) {
      return { bar: turn, because: { kind: 'slot', task: turn.task } };
    }
    return { bar: best, because: reasonFor(best, { itself, need, bar }) };
  }

  /** Whether all slots were taken until this one ended. */
  #wasFull({ to: end }: Closed): boolean {
    const holds = ({ kind, from, to }: Closed): boolean =>
      kind !== 'waits' && from < end && to >= end;
    return this.#closed.filter(holds).length >= this.#slots;
  }
}

function reasonFor(
  best: Closed | null,
  { itself, need, bar }: { itself: Closed | null; need: Closed | null; bar: Closed },
): Because {
  if (best === null) return { kind: 'begin' };
  if (best === itself) return { kind: 'itself' };
  if (best === need) return { kind: 'needs', task: best.task };
  return { kind: 'agent', task: best.task, agent: bar.agent ?? '' };
}

/** Of those that ended at once, the first given. */
function latest(bars: readonly (Closed | null)[]): Closed | null {
  return bars.reduce((best, bar) => (bar && bar.to > (best?.to ?? -1) ? bar : best), null);
}

/** Ids grow: of two without duration at one moment, the older one was first. */
const endsBefore = (bar: Closed, next: Closed): boolean => bar.to <= next.from && bar.id < next.id;

/** The last one of these, which are in the order of their ends. */
function endedBefore(bars: readonly Closed[] = [], next: Closed): Closed | null {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.to ?? 0) <= next.from) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0; at -= 1) {
    const bar = bars[at];
    if (bar && endsBefore(bar, next)) return bar;
  }
  return null;
}

function grouped(bars: readonly Closed[], keyOf: (bar: Closed) => string) {
  const groups = new Map<string, Closed[]>();
  for (const bar of bars) {
    const group = groups.get(keyOf(bar));
    if (group) group.push(bar);
    else groups.set(keyOf(bar), [bar]);
  }
  return groups;
}
