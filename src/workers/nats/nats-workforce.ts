/**
 * The hub's side of workers that are reached over NATS servers: who is in the register, and who of
 * them has taken what was called for.
 *
 * Owns: its own entry in the register, and what is known of the workers.
 * Invariants:
 * - a worker is lost when the servers have forgotten its entry, and by no clock of this machine;
 * - nothing of a run is given out before everybody who may still be at work on it for another hub
 *   has ended that, or is lost;
 * - a hub whose own entry may be forgotten gives nothing out.
 */
import type { Bus, Envelope } from '../../bus/bus.ts';
import type { Inlet } from '../../bus/nats/inlet.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/user-error.ts';
import { Correspondence } from '../correspondence.ts';
import { gone, left as leaving } from '../engagement.ts';
import type { Labour } from '../labour.ts';
import { type Member, placesAt, type Seat, type Wish } from '../roster.ts';
import type { News } from '../workforce.ts';
import { Calls } from './calls.ts';
import type { Depot } from './depot.ts';
import { HubEntryKeeper } from './hub-entry.ts';
import { claimSchema } from './queues.ts';
import {
  entriesOf,
  entryAt,
  hubDeskOf,
  keyOf,
  readWorker,
  type Seen,
  type WorkerEntry,
  watchRegister,
} from './register.ts';
import type { Servers } from './servers.ts';

export interface NatsWorkforceOptions {
  readonly servers: Servers;
  readonly bus: Bus;
  readonly depot: Depot;
  readonly clock: Clock;
  readonly life: string;
  readonly version: string;
  readonly isPrivate: boolean;
  readonly onNews?: (news: News) => void;
}

interface Known {
  readonly member: Member;
  heardMs: number;
  /** What it works on, as it says. */
  busy: number;
  cancel: () => void;
}

type Event = Envelope['event'];

/** Of the time of a lease: what is left is for others to notice. */
const sureFor = 0.7;
const lookAgainMs = 200;
const clearWithinMs = 5_000;
/** Whether somebody has a free place is asked for so long, where it can be done here as well. */
const glanceMs = 400;

export class NatsWorkforce implements Labour {
  readonly post: Correspondence;
  readonly freight: Depot;
  readonly clock: Clock;
  readonly isPrivate: boolean;
  readonly #options: NatsWorkforceOptions;
  readonly #desk: string;
  readonly #workers = new Map<string, Known>();
  readonly #seats = new Map<string, string>();
  readonly #calls: Calls;
  readonly #entry: HubEntryKeeper;
  readonly #watch: Inlet;
  readonly #clear = new Map<string, Promise<void>>();
  #state: 'open' | 'closed' = 'open';

  private constructor(options: NatsWorkforceOptions) {
    const { servers, bus, clock, life, version } = options;
    this.#options = options;
    this.clock = clock;
    this.isPrivate = options.isPrivate;
    this.freight = options.depot;
    this.#desk = hubDeskOf(life);
    this.post = new Correspondence({ bus, desk: this.#desk, life, from: this.#desk });
    this.#entry = new HubEntryKeeper({ servers, clock, desk: this.#desk, version });
    const announce = (queues: readonly Wish[]) => this.#entry.announce(queues);
    this.#calls = new Calls({ servers, clock, version, hub: this.#desk, announce });
    bus.answer(this.#desk, (envelope) => this.#answer(envelope));
    this.#watch = watchRegister(servers, 'worker', `hub_${life}`, (key, text) =>
      this.#heard(key, text),
    );
  }

  /** Knows of everybody who is there. */
  static async open(options: NatsWorkforceOptions): Promise<NatsWorkforce> {
    const workforce = new NatsWorkforce(options);
    await workforce.#entry.open();
    for (const { key, text } of await entriesOf(options.servers, 'worker')) {
      workforce.#heard(key, text);
    }
    return workforce;
  }

  get members(): readonly Member[] {
    return [...this.#workers.values()].map(({ member }) => member);
  }

  async ready(run: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const clear = this.#clear.get(run) ?? this.#clearAll(run);
    this.#clear.set(run, clear);
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([clear, aborted]);
  }

  knows(wish: Wish): boolean {
    return this.members.some((member) => placesAt(member, wish).length > 0);
  }

  async seat(wish: Wish, waitMs: number, signal: AbortSignal, run: string): Promise<Seat | null> {
    if (signal.aborted || (waitMs === 0 && this.#freePlaces(wish) === 0)) return null;
    const ticket = this.post.nextTicket();
    const place = await this.#calls.place(wish, { ticket, run }, waitMs || glanceMs, signal);
    if (place === null) return null;
    this.#seats.set(ticket, place.member.desk);
    return { ...place, ticket };
  }

  giveBack({ ticket }: Seat): void {
    this.#seats.delete(ticket);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#watch.close();
    for (const { cancel } of this.#workers.values()) cancel();
    this.post.close();
    await this.#entry.close();
  }

  /** As far as it is known here: others may be quicker. */
  #freePlaces(wish: Wish): number {
    let free = 0;
    for (const [desk, { member, busy }] of this.#workers) {
      const offered = placesAt(member, wish).map((place) => member.places.get(place) ?? 0);
      const all = offered.reduce((sum, count) => sum + count, 0);
      const ours = [...this.#seats.values()].filter((each) => each === desk).length;
      free += Math.max(0, all - Math.max(busy, ours));
    }
    return free;
  }

  async #answer({ from, event }: Envelope): Promise<Event> {
    const claim = claimSchema.safeParse(event);
    if (!claim.success) throw new UserError('worker.garbled', 'that makes no sense', 'update it');
    const state = await this.#claimed(from, claim.data.ticket);
    return { type: 'work.claimed', state } as Event;
  }

  async #claimed(desk: string, ticket: string) {
    const holder = this.#seats.get(ticket);
    if (holder !== undefined) return holder === desk ? 'yours' : 'taken';
    if (!this.#workers.has(desk)) await this.#look(desk);
    const known = this.#workers.get(desk);
    // Whoever is not in the register would not be missed: it may ask again.
    if (!known || !this.#entry.isSure(sureFor)) return 'taken';
    return this.#calls.claim(ticket, known.member);
  }

  #heard(key: string, text: string | null): void {
    if (this.#state === 'closed') return;
    const desk = deskAt(key, this.#workers.keys());
    if (text === null) return desk === null ? undefined : this.#out(desk, 'worker.left');
    const seen = readWorker(key, text);
    if (seen) this.#note(seen);
  }

  #note({ desk, entry }: Seen<WorkerEntry>): void {
    if (entry === null || entry.version !== this.#options.version) return;
    const known = this.#workers.get(desk) ?? this.#welcome(desk, entry);
    known.heardMs = this.clock.elapsed();
    known.busy = entry.tickets.length + entry.kept.length;
    const isOurs = (ticket: string): boolean => ticket.startsWith(`${this.post.life}-`);
    const over = this.post.check(desk, entry.tickets.filter(isOurs));
    const left = entry.kept.filter((ticket) => isOurs(ticket) && !this.#seats.has(ticket));
    // That it is over was said before: it may not have arrived.
    for (const ticket of [...over, ...left]) {
      this.post.tell(desk, { type: 'work.close', ticket });
    }
  }

  #welcome(desk: string, { name, roles, labels }: WorkerEntry): Known {
    const member = { desk, name, places: new Map(Object.entries(roles)), labels: new Set(labels) };
    const known: Known = { member, heardMs: this.clock.elapsed(), busy: 0, cancel: () => {} };
    this.#workers.set(desk, known);
    this.post.arrive(desk);
    this.#lookIn(desk, known, this.#options.servers.leaseMs);
    const total = Object.values(roles).reduce((sum, count) => sum + count, 0);
    this.#options.onNews?.({ type: 'worker.joined', worker: name, places: total });
    // It may have been at work for a hub that is dead, on a run that is ours by now.
    for (const run of this.#clear.keys()) void this.#clearAt(desk, run);
    return known;
  }

  /** Once it was not heard of for a lease the servers are asked. */
  #lookIn(desk: string, known: Known, afterMs: number): void {
    known.cancel = this.clock.at(this.clock.now() + afterMs, async () => {
      const leftMs = known.heardMs + this.#options.servers.leaseMs - this.clock.elapsed();
      if (leftMs > 0) return this.#lookIn(desk, known, leftMs);
      await this.#look(desk);
      if (this.#workers.get(desk) === known && this.#state === 'open') {
        this.#lookIn(desk, known, lookAgainMs);
      }
    });
  }

  async #look(desk: string): Promise<void> {
    const key = keyOf(desk);
    try {
      const text = await entryAt(this.#options.servers, key);
      if (this.#state === 'closed') return;
      if (text === null) return this.#out(desk, 'worker.lost');
      const seen = readWorker(key, text);
      const known = this.#workers.get(desk);
      if (seen && !known) this.#note(seen);
    } catch {
      // No server answers: nobody knows whether it is there.
    }
  }

  #out(desk: string, type: 'worker.left' | 'worker.lost'): void {
    const known = this.#workers.get(desk);
    if (!known) return;
    known.cancel();
    this.#workers.delete(desk);
    const { name } = known.member;
    this.post.depart(desk, type === 'worker.left' ? leaving(name) : gone(name));
    this.#options.onNews?.({ type, worker: name });
  }

  async #clearAll(run: string): Promise<void> {
    while (this.#state === 'open') {
      try {
        const entries = await entriesOf(this.#options.servers, 'worker');
        const desks = entries.flatMap(({ key, text }) => readWorker(key, text)?.desk ?? []);
        await Promise.all(desks.map((desk) => this.#clearAt(desk, run)));
        return;
      } catch {
        await sleep(this.clock, lookAgainMs);
      }
    }
  }

  /** Until it has ended what it did of the run for others, or is there no more. */
  async #clearAt(desk: string, run: string): Promise<void> {
    while (this.#state === 'open') {
      try {
        await this.post.ask(desk, { type: 'work.clear', run }, clearWithinMs);
        return;
      } catch {
        if ((await entryAt(this.#options.servers, keyOf(desk)).catch(() => '')) === null) return;
        await sleep(this.clock, lookAgainMs);
      }
    }
  }
}

/** A key has its name as a part of a subject: which of the desks that is. */
function deskAt(key: string, desks: Iterable<string>): string | null {
  for (const desk of desks) if (keyOf(desk) === key) return desk;
  return null;
}
