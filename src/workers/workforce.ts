/**
 * The hub's side of workers on its own wire: who is there, under which lease, with which places.
 *
 * Owns: the members with their leases, and their places.
 * Invariants:
 * - a worker that was not heard of for `leaseMs` is out: its attempts are lost, and whatever it
 *   still says counts for nothing until it has joined anew;
 * - after a hub that was killed nothing is given out before its workers' leases are over.
 */
import type { Fault } from '../../machines/outcome.ts';
import type { Bus, Envelope } from '../bus/bus.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { Correspondence } from './correspondence.ts';
import { gone, left } from './engagement.ts';
import type { Labour, Undertaking } from './labour.ts';
import { type Member, type Place, Roster, type Seat, type Wish } from './roster.ts';
import { Warehouse } from './warehouse.ts';
import { askedSchema, hubDesk, hubFiles, type Join } from './wire.ts';

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
  | { readonly type: 'worker.left' | 'worker.lost'; readonly worker: string }
  /** It is of another version, and gets nothing. */
  | { readonly type: 'worker.unlike'; readonly worker: string; readonly version: string };

type Event = Envelope['event'];

interface Lease {
  heardMs: number;
  readonly end: () => void;
}

export class Workforce implements Labour {
  readonly post: Correspondence;
  readonly freight = new Warehouse();
  readonly #options: WorkforceOptions;
  readonly #roster = new Roster();
  readonly #leases = new Map<string, Lease>();
  readonly #openAtMs: number;

  constructor(options: WorkforceOptions) {
    const { bus, clock, random, quietMs } = options;
    this.#options = options;
    const life = randomName(random, 12);
    this.#openAtMs = clock.elapsed() + quietMs;
    bus.answer(hubDesk, (envelope) => this.#asked(envelope));
    bus.answer(hubFiles, (envelope) => this.freight.answer(envelope));
    const from = `${hubDesk}/${life}`;
    this.post = new Correspondence({ bus, desk: hubDesk, life, from, order: 'kept' });
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

  /** They are turned away, and do not stay. */
  get strangers(): readonly [] {
    return [];
  }

  undertake(): Undertaking {
    const { clock } = this.#options;
    return {
      ready: (cancellation) => {
        const quietMs = this.#openAtMs - clock.elapsed();
        return quietMs > 0 ? sleep(clock, quietMs, cancellation.signal) : undefined;
      },
      close: () => {},
    };
  }

  knows(wish: Wish): boolean {
    return this.#roster.knows(wish);
  }

  async seat(wish: Wish, waitMs: number, given: Cancellation): Promise<Seat | null> {
    if (given.isRequested) return null;
    const place =
      this.#roster.take(wish) ?? (waitMs > 0 ? await this.#wait(wish, waitMs, given) : null);
    if (place === null) return null;
    return { member: place.member, place: place.place, ticket: this.post.nextTicket() };
  }

  giveBack(seat: Seat): void {
    this.#roster.giveBack(seat);
  }

  /** It is known to be gone, before its lease is over. */
  dismiss(name: string, fault: Fault): void {
    for (const { desk, name: own } of this.#roster.members) {
      if (own === name) this.#out(desk, 'worker.lost', fault);
    }
  }

  close(): void {
    for (const lease of this.#leases.values()) lease.end();
    this.#leases.clear();
    this.post.close();
  }

  #wait(wish: Wish, waitMs: number, given: Cancellation): Promise<Place | null> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const settle = (place: Place | null): void => {
        cancel();
        forget();
        stay();
        resolve(place);
      };
      const giveUp = (): void => settle(null);
      const forget = this.#roster.wait(wish, settle);
      const cancel = clock.at(clock.now() + waitMs, giveUp);
      const stay = given.onRequest(giveUp);
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
    const { leaseMs, version: own, onNews } = this.#options;
    const [, name = ''] = desk.split('/');
    if (version !== own) {
      onNews?.({ type: 'worker.unlike', worker: name, version });
      const message = `this hub is Troupe ${own}, and the worker is ${version}`;
      throw new UserError('worker.version', message, 'use the same Troupe on both sides');
    }
    // A desk is joined once: whoever comes back after its lease comes with another one.
    if (this.#leases.has(desk)) throw new UserError('worker.taken', 'it is here already', 'wait');
    this.#leases.set(desk, this.#lease(desk));
    this.post.arrive(desk);
    const places = new Map(Object.entries(roles));
    this.#roster.join({ desk, name, places, labels: new Set(labels) });
    const total = [...places.values()].reduce((sum, count) => sum + count, 0);
    onNews?.({ type: 'worker.joined', worker: name, places: total });
    return { type: 'worker.joined', leaseMs } as Event;
  }

  #beat(desk: string, named: readonly string[]): Event {
    const lease = this.#leases.get(desk);
    if (!lease) throw new UserError('worker.unknown', 'its lease is over', 'join again');
    lease.heardMs = this.#options.clock.elapsed();
    return { type: 'worker.kept', void: this.post.check(desk, named) } as Event;
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
    const lease: Lease = { heardMs: clock.elapsed(), end: () => cancel() };
    return lease;
  }

  #out(desk: string, type: 'worker.left' | 'worker.lost', known?: Fault): void {
    const member = this.#roster.find(desk);
    if (!member) return;
    this.#leases.get(desk)?.end();
    this.#leases.delete(desk);
    this.#roster.leave(desk);
    const fault = type === 'worker.left' ? left(member.name) : gone(member.name);
    this.post.depart(desk, known ?? fault);
    this.#options.onNews?.({ type, worker: member.name });
  }
}
