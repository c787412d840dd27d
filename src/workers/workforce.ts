/**
 * The hub's side of workers: who is there, under which lease, and what each of them works on.
 *
 * Owns: the members with their leases, and the attempts under way elsewhere.
 * Invariants:
 * - a worker that was not heard of for `leaseMs` is out: its attempts are lost, and whatever it
 *   still says counts for nothing until it has joined anew;
 * - a worker speaks for its own tickets only;
 * - after a hub that was killed nothing is given out before its workers' leases are over.
 */
import type { Fault } from '../../machines/outcome.ts';
import type { Bus, Envelope } from '../bus/bus.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { Engagement, gone, left, unheard } from './engagement.ts';
import { type Member, Roster, type Seat, type Wish } from './roster.ts';
import { Warehouse } from './warehouse.ts';
import { askedSchema, filesOf, hubDesk, hubFiles, type Join, toldSchema } from './wire.ts';

export interface WorkforceOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  readonly leaseMs: number;
  /** Until then no place is given away. */
  readonly quietMs: number;
  /** Nobody on the way can read along: keys may travel. */
  readonly isPrivate: boolean;
  readonly onNews?: (news: News) => void;
}

export type News =
  | { readonly type: 'worker.joined'; readonly worker: string; readonly places: number }
  | { readonly type: 'worker.left' | 'worker.lost'; readonly worker: string };

type Event = Envelope['event'];

interface Lease {
  heardMs: number;
  /** Called with its end. */
  readonly waiting: Set<() => void>;
  readonly end: () => void;
}

export class Workforce {
  readonly warehouse = new Warehouse();
  readonly #options: WorkforceOptions;
  readonly #roster = new Roster();
  readonly #leases = new Map<string, Lease>();
  readonly #engagements = new Map<string, Engagement>();
  readonly #openAtMs: number;
  readonly #life: string;
  #tickets = 0;
  #sequence = 0;

  constructor(options: WorkforceOptions) {
    const { bus, clock, random, quietMs } = options;
    this.#options = options;
    this.#life = randomName(random, 12);
    this.#openAtMs = clock.elapsed() + quietMs;
    bus.answer(hubDesk, (envelope) => this.#asked(envelope));
    bus.answer(hubFiles, (envelope) => this.warehouse.answer(envelope));
    void this.#listen();
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get isPrivate(): boolean {
    return this.#options.isPrivate;
  }

  get members(): readonly Member[] {
    return this.#roster.members;
  }

  /** Attempts that workers may be at, whatever becomes of this hub. */
  get underWay(): number {
    return this.#engagements.size;
  }

  knows(wish: Wish): boolean {
    return this.#roster.knows(wish);
  }

  /** A free place, waited for so long at most; null when there was none. */
  async seat(wish: Wish, waitMs: number, signal: AbortSignal): Promise<Seat | null> {
    const { clock } = this.#options;
    const quietMs = this.#openAtMs - clock.elapsed();
    if (quietMs > 0) await sleep(clock, quietMs, signal);
    if (signal.aborted) return null;
    return this.#roster.take(wish) ?? (waitMs > 0 ? this.#wait(wish, waitMs, signal) : null);
  }

  giveBack(seat: Seat): void {
    this.#roster.giveBack(seat);
  }

  /** Under a ticket that nobody had before. */
  engage(seat: Seat, world: ConstructorParameters<typeof Engagement>[2]): Engagement {
    this.#tickets += 1;
    const ticket = `${this.#life}-${this.#tickets}`;
    const engagement = new Engagement(ticket, seat, world, (id, leave) => {
      this.tell(seat.member.desk, { type: 'work.answer', ticket, id, leave });
    });
    this.#engagements.set(ticket, engagement);
    // It may have been lost while its files were packed.
    if (!this.#leases.has(seat.member.desk)) engagement.lose(gone(seat.member.name));
    return engagement;
  }

  disengage({ ticket }: Engagement): void {
    this.#engagements.delete(ticket);
  }

  ask(to: string, event: object, deadlineMs: number): Promise<Event> {
    this.#sequence += 1;
    const from = `${hubDesk}/${this.#life}`;
    const envelope = { to, from, sequence: this.#sequence, event: event as Event };
    return this.#options.bus.request(envelope, deadlineMs);
  }

  /** Whether it arrives is seen by what comes of it. */
  tell(to: string, event: object): void {
    this.ask(to, event, answerWithinMs).catch(() => undefined);
  }

  /** Rejects as well when the lease of who is asked is over. */
  askFiles(desk: string, event: Event): Promise<Event> {
    const lease = this.#leases.get(desk);
    if (!lease) return Promise.reject(busGone(desk));
    // Not by a promise of the lease: as long as that lives it would keep every answer.
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(busGone(desk));
      lease.waiting.add(giveUp);
      this.ask(filesOf(desk), event, answerWithinMs)
        .then(resolve, reject)
        .finally(() => lease.waiting.delete(giveUp));
    });
  }

  /** It is known to be gone, before its lease is over. */
  dismiss(name: string, fault: Fault): void {
    for (const { desk, name: own } of this.#roster.members) {
      if (own === name) this.#out(desk, 'worker.lost', fault);
    }
  }

  close(): void {
    for (const lease of this.#leases.values()) lease.end();
    for (const engagement of this.#engagements.values()) {
      engagement.lose(gone(engagement.seat.member.name));
    }
    this.#leases.clear();
  }

  #wait(wish: Wish, waitMs: number, signal: AbortSignal): Promise<Seat | null> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const settle = (seat: Seat | null): void => {
        cancel();
        forget();
        signal.removeEventListener('abort', giveUp);
        resolve(seat);
      };
      const giveUp = (): void => settle(null);
      const forget = this.#roster.wait(wish, settle);
      const cancel = clock.at(clock.now() + waitMs, giveUp);
      signal.addEventListener('abort', giveUp);
    });
  }

  #asked({ from, event }: Envelope): Event {
    const asked = askedSchema.safeParse(event);
    if (!asked.success) throw new UserError('worker.garbled', 'that makes no sense', 'update it');
    switch (asked.data.type) {
      case 'worker.join':
        return this.#join(from, asked.data);
      case 'worker.beat':
        return this.#beat(from, asked.data.tickets);
      case 'worker.leave':
        this.#out(from, 'worker.left');
        return { type: 'worker.kept', void: [] } as Event;
    }
  }

  #join(desk: string, { version, roles, labels }: Join): Event {
    const { leaseMs, version: own } = this.#options;
    if (version !== own) {
      const message = `this hub is Troupe ${own}, and the worker is ${version}`;
      throw new UserError('worker.version', message, 'use the same Troupe on both sides');
    }
    const [, name = ''] = desk.split('/');
    // A desk is joined once: whoever comes back after its lease comes with another one.
    if (this.#leases.has(desk)) throw new UserError('worker.taken', 'it is here already', 'wait');
    this.#leases.set(desk, this.#lease(desk));
    const places = new Map(Object.entries(roles));
    this.#roster.join({ desk, name, places, labels: new Set(labels) });
    const total = [...places.values()].reduce((sum, count) => sum + count, 0);
    this.#options.onNews?.({ type: 'worker.joined', worker: name, places: total });
    return { type: 'worker.joined', leaseMs } as Event;
  }

  #beat(desk: string, named: readonly string[]): Event {
    const lease = this.#leases.get(desk);
    if (!lease) throw new UserError('worker.unknown', 'its lease is over', 'join again');
    lease.heardMs = this.#options.clock.elapsed();
    const tickets = new Set(named);
    const own = [...this.#engagements.values()].filter(({ seat }) => seat.member.desk === desk);
    for (const engagement of own) engagement.check(tickets);
    const known = new Set(own.map(({ ticket }) => ticket));
    return { type: 'worker.kept', void: named.filter((each) => !known.has(each)) } as Event;
  }

  /** Looks again when it would be over, had nothing been heard since. */
  #lease(desk: string): Lease {
    const { clock, leaseMs } = this.#options;
    const look = (): void => {
      const leftMs = lease.heardMs + leaseMs - clock.elapsed();
      if (leftMs <= 0) return this.#out(desk, 'worker.lost');
      cancel = clock.at(clock.now() + leftMs, look);
    };
    let cancel = clock.at(clock.now() + leaseMs, look);
    const waiting = new Set<() => void>();
    const end = (): void => {
      cancel();
      for (const giveUp of waiting) giveUp();
    };
    const lease: Lease = { heardMs: clock.elapsed(), waiting, end };
    return lease;
  }

  #out(desk: string, type: 'worker.left' | 'worker.lost', known?: Fault): void {
    const member = this.#roster.find(desk);
    if (!member) return;
    this.#leases.get(desk)?.end();
    this.#leases.delete(desk);
    this.#roster.leave(desk);
    const fault = known ?? (type === 'worker.left' ? left(member.name) : gone(member.name));
    for (const engagement of this.#engagements.values()) {
      if (engagement.seat.member.desk === desk) engagement.lose(fault);
    }
    this.#options.onNews?.({ type, worker: member.name });
  }

  async #listen(): Promise<void> {
    for await (const { from, event } of this.#options.bus.subscribe(hubDesk)) {
      const told = toldSchema.safeParse(event);
      const engagement = told.success ? this.#engagements.get(told.data.ticket) : undefined;
      if (!told.success || engagement?.seat.member.desk !== from) continue;
      try {
        engagement.hear(told.data);
      } catch (error) {
        // A disk that is full, say: the trouble of this attempt, and of no other one.
        engagement.lose(unheard(error));
      }
    }
  }
}

/** Of one message; a worker that is gone for longer has lost its lease before. */
export const answerWithinMs = 120_000;

const busGone = (desk: string): UserError =>
  new UserError('bus.gone', `${desk} is gone`, 'ask another one');
