/**
 * Looks through everything that can happen to a plan's tasks, breadth first, within limits.
 *
 * What is left out, and why nothing is missed by it:
 * - Exchanges of tasks that are alike: see likeness.ts.
 * - Orders of steps that don't matter (partial-order reduction). A task in flight goes on whatever
 *   the others do, and nobody but it can change its place: its steps and theirs commute. So where
 *   one is in flight, its steps alone are looked at, all of them (a persistent set). Where none is
 *   the first that can have an agent has it: it takes a slot, gives it back, and waits for no other
 *   while it has it. Taking a slot can be put off, giving it back can be moved forward, so
 *   that the whole attempt is as one step (Lipton's reduction), and attempts of different tasks
 *   commute. Both keep every state in which nothing can happen any more, and every way in which a
 *   task can end: that is all that is asked here. No circle hides anybody: a task that only pauses
 *   and tries again comes back to places it has been in, and then the next task has its turn, for
 *   such a state is known already and another move of the same task leads out of it.
 *   When one failure stops the whole run, it ends every other task at once, wherever it stands: the
 *   same last state follows in every order. So the same holds as long as nobody fails: whoever can
 *   go on to success has his turn first, and the others theirs in every order.
 */
import type { Clock } from '../../kernel/clock.ts';
import { type Group, likeGroups, sortLikes } from './likeness.ts';
import { type Happening, Product } from './product.ts';
import { StateSet } from './state-set.ts';
import { type Move, over, type TaskTable } from './table.ts';
import type { Team } from './team.ts';

export interface SearchLimits {
  readonly statesMax: number;
  readonly untilMs: number;
  readonly bytesMax: number;
}

export interface SearchOptions {
  readonly limits: SearchLimits;
  readonly clock: Pick<Clock, 'elapsed'>;
  /** False: every order and every exchange. */
  readonly reduced: boolean;
}

export interface SearchResult {
  readonly states: number;
  readonly steps: number;
  readonly bytes: number;
  readonly depth: number;
  /** The share of known states that were not gone on from; 0: all was looked at. */
  readonly left: number;
  /** Members that succeed somewhere. */
  readonly succeeding: ReadonlySet<number>;
  /** How each member fails first, and where nothing can happen any more. */
  readonly failing: ReadonlyMap<number, Sighting>;
  readonly stuck: Sighting | null;
}

/** A state, and what happens there; null: what matters is that nothing does. */
export interface Sighting {
  readonly state: number;
  readonly happening: Happening | null;
}

/** The clock is looked at once in so many states. */
const statesPerLook = 256;

export class Search {
  readonly product: Product;
  readonly #set: StateSet;
  readonly #groups: readonly Group[];
  readonly #options: SearchOptions;
  readonly #isOrdered: boolean;
  /** Those whose steps may be looked at alone. */
  readonly #hasTurn: readonly boolean[];
  readonly #members: readonly number[];
  readonly #base: Int32Array;
  readonly #succeeding = new Set<number>();
  readonly #failing = new Map<number, Sighting>();
  #stuck: Sighting | null = null;
  #steps = 0;

  constructor(team: Team, options: SearchOptions) {
    this.product = new Product(team);
    this.#set = new StateSet(this.product.words.length);
    this.#base = new Int32Array(this.product.words.length);
    this.#options = options;
    this.#groups = options.reduced ? likeGroups(team) : [];
    const isApart = team.plan.onFailure === 'continue';
    this.#isOrdered = options.reduced && (isApart || team.members.every(isEndedByHalt));
    this.#hasTurn = team.members.map(({ table }) => isApart || isHopeful(table));
    this.#members = [...team.members.keys()];
  }

  run(): SearchResult {
    this.product.begin();
    this.#add(-1);
    let [next, depth, levelEnd] = [0, 0, 1];
    for (; next < this.#set.size && !this.#isSpent(next); next += 1) {
      if (next === levelEnd) [depth, levelEnd] = [depth + 1, this.#set.size];
      this.#expand(next);
    }
    this.#shareAmongLikes();
    const { size: states, bytes } = this.#set;
    return {
      ...{ states, bytes, depth, steps: this.#steps, left: (states - next) / states },
      ...{ succeeding: this.#succeeding, failing: this.#failing, stuck: this.#stuck },
    };
  }

  /** What led to a sighting, from the beginning, with the names that tasks really have. */
  wayTo({ state, happening }: Sighting): readonly Happening[] {
    const numbers: number[] = [];
    for (let at = state; at >= 0; at = this.#set.parentOf(at)) numbers.unshift(at);
    this.product.begin();
    const way = numbers.slice(1).map((number) => this.#stepTo(number));
    if (!happening) return way;
    const last = this.#alike(happening);
    return last ? [...way, last] : way;
  }

  #isSpent(next: number): boolean {
    const { limits, clock } = this.#options;
    if (this.#set.size >= limits.statesMax || this.#set.bytes > limits.bytesMax) return true;
    return next % statesPerLook === 0 && clock.elapsed() > limits.untilMs;
  }

  #expand(number: number): void {
    const { product } = this;
    this.#set.read(number, this.#base);
    this.#standAtBase();
    product.count();
    let canGoOn = false;
    for (const member of this.#chosen()) {
      for (const move of product.movesOf(member)) {
        if (!product.isPossible(member, move)) continue;
        if (move.stimulus.force === 'must') canGoOn = true;
        if (move.settles !== null) this.#note(number, member, move);
        product.take(member, move);
        this.#add(number);
        this.#standAtBase();
        this.#steps += 1;
      }
    }
    if (!canGoOn && !product.isOver()) this.#stuck ??= { state: number, happening: null };
  }

  /** That a whole role is lost tells nothing of a task. */
  #note(state: number, member: number, move: Move): void {
    if (move.settles === 'succeeded') this.#succeeding.add(member);
    if (move.settles !== 'failed' || this.#failing.has(member)) return;
    if (move.stimulus.name === 'role.lost') return;
    this.#failing.set(member, { state, happening: { member, move } });
  }

  /** By hand: a call costs more than to copy a few words. */
  #standAtBase(): void {
    const { words } = this.product;
    for (let at = 0; at < words.length; at += 1) words[at] = this.#base[at] as number;
  }

  /** What one of them can do in a sorted state, each of them can. */
  #shareAmongLikes(): void {
    for (const group of this.#groups) {
      if (group.some((member) => this.#succeeding.has(member))) {
        for (const member of group) this.#succeeding.add(member);
      }
      const seen = group.flatMap((member) => this.#failing.get(member) ?? []).at(0);
      if (!seen) continue;
      for (const member of group) {
        if (!this.#failing.has(member)) this.#failing.set(member, seen);
      }
    }
  }

  #chosen(): readonly number[] {
    if (!this.#isOrdered) return this.#members;
    const { product } = this;
    let next = -1;
    for (const member of this.#members) {
      if (!this.#hasTurn[member]) continue;
      if (product.isInFlight(member)) return [member];
      if (next < 0 && product.canAssign(member)) next = member;
    }
    return next < 0 ? this.#members : [next];
  }

  #add(parent: number): void {
    if (this.#groups.length > 0) sortLikes(this.product, this.#groups);
    this.#set.add(this.product.words, parent);
  }

  /** The step, from where the product stands, that leads to a state or one like it. */
  #stepTo(number: number): Happening {
    const { product } = this;
    const [from, goal] = [product.words.slice(), product.words.slice()];
    this.#set.read(number, goal);
    for (const happening of this.#everything()) {
      product.take(happening.member, happening.move);
      const reached = product.words.slice();
      sortLikes(product, this.#groups);
      const isIt = product.words.every((word, at) => word === goal[at]);
      product.words.set(isIt ? reached : from);
      if (isIt) return happening;
    }
    throw new TypeError('a state was found, and can not be found again');
  }

  *#everything(): Generator<Happening> {
    const { product } = this;
    product.count();
    for (const member of this.#members) {
      for (const move of product.movesOf(member)) {
        if (product.isPossible(member, move)) yield { member, move };
      }
    }
  }

  /** The same thing, to whoever stands there by now. */
  #alike({ member, move }: Happening): Happening | undefined {
    const group = this.#groups.find((each) => each.includes(member)) ?? [member];
    const name = group.find((each) => this.product.movesOf(each).includes(move));
    return name === undefined ? undefined : { member: name, move };
  }
}

const isEndedByHalt = ({ table }: Team['members'][number]): boolean =>
  table.rows.every(({ cancelled }) => cancelled.to === over);

/** Whether a way leads to success from wherever it is. */
function isHopeful({ rows }: TaskTable): boolean {
  const hopeful = new Set<number>();
  for (let known = -1; known < hopeful.size; ) {
    known = hopeful.size;
    for (const [at, row] of rows.entries()) {
      const moves = [...row.moves, row.met, row.admitted];
      const leads = ({ to, settles }: Move) => settles === 'succeeded' || hopeful.has(to);
      if (at !== over && moves.some(leads)) hopeful.add(at);
    }
  }
  return hopeful.size === rows.length - 1;
}
