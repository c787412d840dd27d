/**
 * The hub's side of workers that are reached over NATS servers: their places, and what is said of
 * the attempts there.
 *
 * Owns: its own entry in the register, and the seats that it has given out.
 * Invariants:
 * - nothing of a run is given out before it is clear;
 * - a hub whose own entry may be forgotten gives nothing out.
 */
import type { Bus, Envelope } from '../../bus/bus.ts';
import { inWords } from '../../bus/nats/patience.ts';
import type { Cancellation } from '../../kernel/cancellation.ts';
import type { Clock } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/user-error.ts';
import { Correspondence } from '../correspondence.ts';
import { gone, left as leaving } from '../engagement.ts';
import type { Labour, Undertaking } from '../labour.ts';
import { type Member, placesAt, type Seat, type Wish } from '../roster.ts';
import type { News } from '../workforce.ts';
import { Attendance } from './attendance.ts';
import { Calls } from './calls.ts';
import { Clearance } from './clearance.ts';
import type { Depot } from './depot.ts';
import { HubEntryKeeper } from './hub-entry.ts';
import { claimSchema } from './queues.ts';
import { hubDeskOf, type WorkerEntry } from './register.ts';
import type { Servers } from './servers.ts';
import type { Stranger } from './strangers.ts';

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

type Event = Envelope['event'];

/** Of the time of a lease: what is left is for others to notice. */
const sureFor = 0.7;
/** Whether somebody has a free place is asked for so long, where it can be done here as well. */
const glanceMs = 400;

export class NatsWorkforce implements Labour {
  readonly post: Correspondence;
  readonly freight: Depot;
  readonly clock: Clock;
  readonly isPrivate: boolean;
  readonly #options: NatsWorkforceOptions;
  readonly #attendance: Attendance;
  readonly #clearance: Clearance;
  /** By ticket: whose it is. */
  readonly #seats = new Map<string, string>();
  readonly #calls: Calls;
  readonly #entry: HubEntryKeeper;

  private constructor(options: NatsWorkforceOptions) {
    const { servers, bus, clock, life, version } = options;
    this.#options = options;
    this.clock = clock;
    this.isPrivate = options.isPrivate;
    this.freight = options.depot;
    const desk = hubDeskOf(life);
    this.post = new Correspondence({ bus, desk, life, from: desk, order: 'free' });
    const queues = () => this.#calls.queues();
    this.#entry = new HubEntryKeeper({ servers, clock, desk, version, queues });
    const announce = () => this.#entry.announce();
    this.#calls = new Calls({ servers, clock, version, hub: desk, announce });
    this.#clearance = new Clearance({ servers, clock, post: this.post });
    this.#attendance = new Attendance({
      ...{ servers, clock, version, life },
      onJoined: (member) => this.#joined(member),
      onHeard: (desk, entry) => this.#heard(desk, entry),
      onGone: (member, how) => this.#gone(member, how),
      onStranger: ({ name: worker, version }) =>
        options.onNews?.({ type: 'worker.unlike', worker, version }),
    });
    bus.answer(desk, (envelope) => this.#answer(envelope));
  }

  /** Knows of everybody who is there. */
  static async open(options: NatsWorkforceOptions): Promise<NatsWorkforce> {
    const workforce = new NatsWorkforce(options);
    const { servers, clock } = options;
    await inWords(servers.prefix, clock, () => workforce.#entry.open());
    await inWords(servers.prefix, clock, () => workforce.#attendance.open());
    return workforce;
  }

  get members(): readonly Member[] {
    return this.#attendance.members;
  }

  get strangers(): readonly Stranger[] {
    return this.#attendance.strangers;
  }

  undertake(run: string): Undertaking {
    return this.#clearance.undertake(run);
  }

  knows(wish: Wish): boolean {
    return this.members.some((member) => placesAt(member, wish).length > 0);
  }

  async seat(wish: Wish, waitMs: number, given: Cancellation, run: string): Promise<Seat | null> {
    if (given.isRequested || (waitMs === 0 && this.#freePlaces(wish) === 0)) return null;
    const ticket = this.post.nextTicket();
    const place = await this.#calls.place(wish, { ticket, run }, waitMs || glanceMs, given.signal);
    if (place === null) return null;
    this.#seats.set(ticket, place.member.desk);
    return { ...place, ticket };
  }

  giveBack({ ticket }: Seat): void {
    this.#seats.delete(ticket);
  }

  async close(): Promise<void> {
    this.#attendance.close();
    this.#clearance.close();
    this.post.close();
    await this.#entry.close();
  }

  /** As far as it is known here: others may be quicker. */
  #freePlaces(wish: Wish): number {
    let free = 0;
    for (const member of this.members) {
      const offered = placesAt(member, wish).map((place) => member.places.get(place) ?? 0);
      const all = offered.reduce((sum, count) => sum + count, 0);
      const ours = [...this.#seats.values()].filter((each) => each === member.desk).length;
      free += Math.max(0, all - Math.max(this.#attendance.busyAt(member.desk), ours));
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
    if (!this.#attendance.find(desk)) await this.#attendance.look(desk);
    const member = this.#attendance.find(desk);
    // Whoever is not in the register would not be missed: it may ask again.
    if (!member || !this.#entry.isSure(sureFor)) return 'taken';
    return this.#calls.claim(ticket, member);
  }

  #joined({ desk, name, places }: Member): void {
    this.post.arrive(desk);
    const total = [...places.values()].reduce((sum, count) => sum + count, 0);
    this.#options.onNews?.({ type: 'worker.joined', worker: name, places: total });
    this.#clearance.joined(desk);
  }

  #heard(desk: string, { tickets, kept }: WorkerEntry): void {
    const isOurs = (ticket: string): boolean => ticket.startsWith(`${this.post.life}-`);
    const over = this.post.check(desk, tickets.filter(isOurs));
    const left = kept.filter((ticket) => isOurs(ticket) && !this.#seats.has(ticket));
    // That it is over was said before: it may not have arrived.
    for (const ticket of [...over, ...left]) {
      this.post.tell(desk, { type: 'work.close', ticket });
    }
  }

  #gone({ desk, name }: Member, how: 'worker.left' | 'worker.lost'): void {
    this.post.depart(desk, how === 'worker.left' ? leaving(name) : gone(name));
    this.#options.onNews?.({ type: how, worker: name });
  }
}
