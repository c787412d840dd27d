/**
 * The picture of one run that pages are sent: kept up to date from its journal, whoever writes it.
 *
 * Owns: a system of its own that replays the journal, and what was made of it: rows, facts, bars.
 * Invariants:
 * - every row carries the input that changed it last, so what has changed since any input is found
 *   without remembering who has seen what: a slow page gets newer state, not a queue;
 * - it only reads: nothing follows from being looked at;
 * - facts and steps are bounded; the oldest go first.
 */
import { type Opening, openingOf } from '../handoff/opening.ts';
import type { Tail } from '../journal/tail.ts';
import { openTail } from '../journal/tail.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Core } from '../kernel/core.ts';
import type { LoggedInput } from '../kernel/log.ts';
import { coreFrom } from '../past/standing.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { factOf, type RunFact } from '../runs/run.ts';
import { Bars } from './bars.ts';
import { headOf } from './head.ts';
import { lookAt } from './look.ts';
import { actorRow } from './rows.ts';
import { rowOf } from './saying.ts';
import { shapeOf } from './shape.ts';
import { Steps } from './steps.ts';
import type { ActorLook, ActorRow, FactRow, RunFrame, RunHead, RunLife, RunShape } from './wire.ts';

const factsMax = 50_000;
/** Of one task, the last ones. */
const attemptsMax = 50;
/** Of the newest facts, how many a page gets at once; it asks for older ones. */
const factsSentMax = 1_000;
/** Other work has its turn after so many inputs. */
const inputsAtOnce = 2_000;

export class Board {
  readonly run: string;
  readonly plan: Plan;
  readonly #tail: Tail;
  readonly #clock: Clock;
  readonly #core: Core;
  readonly #rows = new Map<string, { readonly row: ActorRow; readonly n: number }>();
  readonly #moved = new Set<Actor>();
  readonly #bars = new Bars();
  readonly #steps = new Steps();
  readonly #attempts = new Map<string, readonly { attempt: number; token: number }[]>();
  #facts: FactRow[] = [];
  /** The last limit above 0 that somebody set; 0: nobody did. */
  #wide = 0;
  #shape: RunShape;
  #shapeN = 0;
  #begunAt = 0;
  /** As far as prices are known. */
  #spentUsd = 0;
  #reading: Promise<boolean> | null = null;

  constructor(folder: RunFolder, plan: Plan, clock: Clock) {
    this.run = folder.id;
    this.plan = plan;
    this.#clock = clock;
    this.#tail = openTail(folder.path);
    this.#core = coreFrom(this.#tail.base);
    this.#shape = shapeOf(this.run, plan, this.#core);
    this.#core.onStep = (actor, event, before) => {
      this.#moved.add(actor);
      this.#steps.take(actor, event, before, this.#core.n, this.#core.at);
    };
    for (const actor of this.#everybody()) this.#place(actor);
  }

  get n(): number {
    return this.#core.n;
  }

  get shape(): RunShape {
    return this.#shape;
  }

  /** Reads what has come; answers whether anything has. Two who ask at once wait for one answer. */
  refresh(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  head(life: RunLife): RunHead {
    const [total, firstN] = [this.#shape.tasks.length, this.#tail.base?.n ?? 0];
    const rows = [...this.#rows.values()].map(({ row }) => row);
    return headOf(this.#core, rows, { life, total, firstN, begunAt: this.#begunAt });
  }

  /** All that has changed since the input that a page saw last; 0 for everything. */
  since(n: number, factSeq: number, life: RunLife): RunFrame {
    const isWhole = n === 0 || n > this.n;
    const from = isWhole ? -1 : n;
    const actors: ActorRow[] = [];
    for (const { row, n: changed } of this.#rows.values()) if (changed > from) actors.push(row);
    return {
      kind: isWhole ? 'whole' : 'delta',
      run: this.run,
      moment: null,
      since: isWhole ? 0 : n,
      head: this.head(life),
      ...(this.#shapeN > from || isWhole ? { shape: this.#shape } : {}),
      actors,
      gone: [],
      facts: this.factsAfter(isWhole ? 0 : factSeq),
      bars: this.#bars.since(from),
      spend: this.#bars.spendSince(from),
    };
  }

  /** The newest of those after this one. */
  factsAfter(seq: number): readonly FactRow[] {
    const first = this.#facts[0]?.seq ?? 0;
    return this.#facts.slice(Math.max(0, seq + 1 - first)).slice(-factsSentMax);
  }

  /** Those before this one, the newest of them. */
  factsBefore(seq: number): readonly FactRow[] {
    const first = this.#facts[0]?.seq ?? 0;
    const end = Math.max(0, seq - first);
    return this.#facts.slice(Math.max(0, end - factsSentMax), end);
  }

  /** Those of the inputs after `from` up to `to`. */
  factsBetween(from: number, to: number): readonly FactRow[] {
    return this.#facts.filter(({ n }) => n > from && n <= to).slice(-factsSentMax);
  }

  /** How many tasks could be under way at once before somebody paused it. */
  get concurrencyBefore(): number {
    return this.#wide || this.plan.concurrency;
  }

  /** Oldest first. */
  attemptsOf(task: string): readonly { readonly attempt: number; readonly token: number }[] {
    return this.#attempts.get(task) ?? [];
  }

  look(address: string): ActorLook {
    const steps = this.#steps.upTo(address, this.n);
    return lookAt(this.#core, { run: this.run, address, moment: null, steps });
  }

  /** Where its work lies, and how a person goes on with its agent's session. */
  opening(folder: RunFolder, order: RunOrder, task: string): Opening {
    return openingOf(this.#core, folder, order, task);
  }

  stepsUpTo(address: string, n: number) {
    return this.#steps.upTo(address, n);
  }

  async #read(): Promise<boolean> {
    const before = this.n;
    let count = 0;
    for (const input of this.#tail.fresh()) {
      this.#take(input);
      count += 1;
      if (count % inputsAtOnce === 0) await this.#clock.breathe();
    }
    if (this.n === before) return false;
    this.#settle();
    return true;
  }

  #take(input: LoggedInput): void {
    if (this.#begunAt === 0) this.#begunAt = input.at;
    // Every timer is later now, and nobody takes a step.
    if (input.input.kind === 'pause') for (const each of this.#everybody()) this.#moved.add(each);
    for (const wish of this.#core.apply(input)) {
      if (wish.kind === 'ended') this.#moved.add(wish.actor);
      if (wish.kind !== 'fact') continue;
      const fact = factOf(wish);
      this.#facts.push(rowOf(fact, input.n));
      this.#bars.take(fact, input.n);
      this.#note(fact);
    }
    for (const actor of this.#moved) this.#place(actor);
    this.#moved.clear();
  }

  #note(fact: RunFact): void {
    if (fact.type === 'plan.amended' && fact.concurrency) this.#wide = fact.concurrency;
    if (fact.type !== 'task.started' || fact.token === null) return;
    const before = this.#attempts.get(fact.task) ?? [];
    const attempts = [...before, { attempt: fact.attempt, token: fact.token }];
    this.#attempts.set(fact.task, attempts.slice(-attemptsMax));
  }

  #settle(): void {
    if (this.#facts.length > factsMax) this.#facts = this.#facts.slice(-factsMax / 2);
    const tasks = [...this.#rows.values()].filter(({ row }) => row.machine === 'task').length;
    if (tasks <= this.#shape.tasks.length) return;
    this.#shape = shapeOf(this.run, this.plan, this.#core);
    this.#shapeN = this.n;
  }

  #place(actor: Actor): void {
    const known = this.#rows.get(actor.address)?.row;
    const row = actorRow(actor, this.#core.at);
    const since = known && known.state === row.state ? known.since : row.since;
    this.#rows.set(actor.address, { row: { ...row, since }, n: this.n });
    this.#spentUsd += (row.costUsd ?? 0) - (known?.costUsd ?? 0);
    if (known && known.costUsd !== row.costUsd) {
      this.#bars.spend(this.#core.at, this.#spentUsd, this.n);
    }
  }

  #everybody(): readonly Actor[] {
    return [...this.#core.registry.ended(), ...this.#core.registry.living()];
  }
}
