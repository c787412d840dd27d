/**
 * A worker's side of the queues: takes as many calls as it has places, and claims them.
 *
 * Owns: the calls that it has taken, from the pull until nothing of them is here any more, and how
 * many it has asked for. Invariants:
 * - a call has a place as long as it is here;
 * - of no queue more is asked for than there are free places, and what comes all the same, as
 *   another queue was quicker, is given back at once: the next free place is its queue's, if it has
 *   something then, so none is passed over for ever;
 * - while it is here the servers are told so, and give it to nobody else;
 * - an order is begun only for a call that was claimed from the same hub;
 * - a run that another hub has cleared is no longer worked on for those before.
 */
import type { Msg } from '@nats-io/transport-node';
import { assertNever } from '../../../machines/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import { sleep } from '../../kernel/clock.ts';
import type { Wish } from '../roster.ts';
import { anyRole } from '../wire.ts';
import { pullCalls } from './pulling.ts';
import {
  type Call,
  type ClaimState,
  callSchema,
  ensureQueue,
  jsonIn,
  queueName,
} from './queues.ts';
import type { Servers } from './servers.ts';

export interface CallTakerOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly version: string;
  readonly roles: Readonly<Record<string, number>>;
  readonly claim: (hub: string, ticket: string) => Promise<ClaimState>;
  /** Whether the hub is there, as far as the servers know. */
  readonly isThere: (hub: string) => Promise<boolean>;
}

interface Taken {
  readonly call: Call;
  readonly place: string;
  /** Where it is acknowledged. */
  readonly reply: string;
  state: 'claiming' | 'claimed' | 'begun';
}

/** One in which there may be something for this worker. */
interface Queue {
  readonly name: string;
  readonly wish: Wish;
  /** Calls that may still come of what was asked for. */
  asked: number;
  state: 'there' | 'troubled';
}

/** What becomes of a call: it is done with, or somebody else's. */
type Settlement = '+ACK' | '+TERM' | { readonly againAfterMs: number };

const pauseMs = 300;
const clearedMax = 10_000;

export class CallTaker {
  readonly #options: CallTakerOptions;
  readonly #taken = new Map<string, Taken>();
  readonly #queues = new Map<string, Queue>();
  /** Those of which a call was given back, in that order. */
  readonly #passedOver = new Set<Queue>();
  /** Of each kind: how many of its places are taken. */
  readonly #used = new Map<string, number>();
  /** By run: the hub whose it is. */
  readonly #owners = new Map<string, string>();
  #state: 'open' | 'closed' = 'closed';

  constructor(options: CallTakerOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#state = 'open';
    this.#askAll();
  }

  /** What was not begun is left to others; what was is settled when it has ended. */
  end(): void {
    this.#state = 'closed';
    this.#queues.clear();
    this.#passedOver.clear();
    for (const [ticket, { state }] of this.#taken) {
      if (state !== 'begun') this.#settle(ticket, { againAfterMs: 0 });
    }
  }

  /** Those in which there may be something for this worker. */
  listenTo(wishes: readonly Wish[]): void {
    const { version } = this.#options;
    const named = new Map(wishes.map((wish) => [queueName(wish, version), wish]));
    for (const [name, queue] of this.#queues) if (!named.has(name)) this.#leave(queue);
    for (const [name, wish] of named) {
      if (!this.#queues.has(name)) {
        this.#queues.set(name, { name, wish, asked: 0, state: 'there' });
      }
    }
    this.#askAll();
  }

  /** Without those whose hub may not know yet that they are here: it would call them off. */
  get tickets(): readonly string[] {
    const known = [...this.#taken].filter(([, { state }]) => state !== 'claiming');
    return known.map(([ticket]) => ticket);
  }

  /** Why an order is not to be begun; null when it may be. */
  begun(ticket: string, hub: string): 'unclaimed' | null {
    const taken = this.#taken.get(ticket);
    if (!taken || taken.call.hub !== hub || taken.state === 'begun') return 'unclaimed';
    taken.state = 'begun';
    return null;
  }

  settled(ticket: string): void {
    this.#settle(ticket, '+ACK');
  }

  /** The run is this hub's from now on. */
  cleared(run: string, hub: string): void {
    this.#owners.delete(run);
    this.#owners.set(run, hub);
    const [oldest] = this.#owners.keys();
    if (this.#owners.size > clearedMax && oldest !== undefined) this.#owners.delete(oldest);
    this.#letGo((call) => call.run === run && call.hub !== hub);
  }

  /** It is dead: what was claimed from it and not begun is nobody's. */
  forgetHub(hub: string): void {
    this.#letGo((call) => call.hub === hub);
  }

  /** Nobody else is given what is here. */
  keep(): void {
    for (const { reply } of this.#taken.values()) this.#say(reply, '+WPI');
  }

  #letGo(isMeant: (call: Call) => boolean): void {
    for (const [ticket, { call, state }] of this.#taken) {
      if (state !== 'begun' && isMeant(call)) this.#settle(ticket, '+TERM');
    }
  }

  #leave(queue: Queue): void {
    this.#queues.delete(queue.name);
    this.#passedOver.delete(queue);
  }

  #askAll(): void {
    for (const queue of this.#queues.values()) this.#ask(queue);
  }

  #ask(queue: Queue): void {
    const count = this.#lackOf(queue);
    if (count === 0) return;
    const { servers } = this.#options;
    const isDue = this.#passedOver.has(queue);
    let left = count;
    queue.asked += count;
    const take = (call: Msg): void => {
      left -= 1;
      queue.asked -= 1;
      this.#take(call, queue);
      this.#ask(queue);
    };
    pullCalls(servers, { queue: queue.name, count, patience: isDue ? 'none' : 'some', take })
      .catch(() => this.#mend(queue))
      .finally(() => {
        queue.asked -= left;
        if (!isDue) return this.#ask(queue);
        this.#passedOver.delete(queue);
        this.#askAll();
      });
  }

  /** Its share of the free places; not one by one, but once half of what was asked for has come. */
  #lackOf(queue: Queue): number {
    const { name, wish, asked, state } = queue;
    if (this.#state === 'closed' || this.#queues.get(name) !== queue) return 0;
    if (state === 'troubled' || (this.#due ?? queue) !== queue) return 0;
    const free = this.#freePlaces(wish.role);
    const wanted = Math.min(free, Math.ceil(free / this.#queues.size));
    return asked > wanted / 2 ? 0 : wanted - asked;
  }

  /** The one that is asked before all others. */
  get #due(): Queue | null {
    for (const queue of this.#passedOver) {
      if (queue.state === 'there' && this.#freePlaces(queue.wish.role) > 0) return queue;
    }
    return null;
  }

  /** It is not there yet, or no server is. */
  async #mend(queue: Queue): Promise<void> {
    const { clock, servers } = this.#options;
    queue.state = 'troubled';
    this.#passedOver.delete(queue);
    this.#askAll();
    await sleep(clock, pauseMs);
    await ensureQueue(servers, queue.name).catch(() => {});
    queue.state = 'there';
  }

  #take(message: Msg, queue: Queue): void {
    const { reply = '' } = message;
    const call = callSchema.safeParse(jsonIn(message.string()));
    if (!call.success) return this.#say(reply, '+TERM');
    const { ticket, hub, run } = call.data;
    const place = this.#freePlace(queue.wish.role);
    if (place === null || this.#state === 'closed' || this.#taken.has(ticket)) {
      if (place === null) this.#passOver(queue);
      return this.#say(reply, again(0));
    }
    const owner = this.#owners.get(run);
    if (owner !== undefined && owner !== hub) return this.#say(reply, '+TERM');
    this.#taken.set(ticket, { call: call.data, place, reply, state: 'claiming' });
    this.#used.set(place, (this.#used.get(place) ?? 0) + 1);
    void this.#claim(call.data);
  }

  /** As long as it may bring more it is not due: it would have brought what waits there. */
  #passOver(queue: Queue): void {
    const isListenedTo = this.#queues.get(queue.name) === queue;
    if (isListenedTo && queue.asked === 0) this.#passedOver.add(queue);
  }

  async #claim({ ticket, hub }: Call): Promise<void> {
    const { claim, isThere, servers } = this.#options;
    try {
      const state = await claim(hub, ticket);
      const taken = this.#taken.get(ticket);
      switch (state) {
        case 'yours':
          if (taken?.state === 'claiming') taken.state = 'claimed';
          return;
        case 'taken':
          return this.#settle(ticket, { againAfterMs: servers.leaseMs / 2 });
        case 'void':
          return this.#settle(ticket, '+TERM');
        default:
          return assertNever(state);
      }
    } catch {
      const isDead = !(await isThere(hub).catch(() => true));
      this.#settle(ticket, isDead ? '+TERM' : { againAfterMs: pauseMs });
    }
  }

  #freePlace(role: string): string | null {
    return [role, anyRole].find((place) => this.#freeOf(place) > 0) ?? null;
  }

  #freePlaces(role: string): number {
    return this.#freeOf(role) + (role === anyRole ? 0 : this.#freeOf(anyRole));
  }

  #freeOf(place: string): number {
    return (this.#options.roles[place] ?? 0) - (this.#used.get(place) ?? 0);
  }

  #settle(ticket: string, how: Settlement): void {
    const taken = this.#taken.get(ticket);
    if (!taken) return;
    this.#taken.delete(ticket);
    this.#used.set(taken.place, (this.#used.get(taken.place) ?? 0) - 1);
    this.#say(taken.reply, typeof how === 'string' ? how : again(how.againAfterMs));
    this.#askAll();
  }

  #say(reply: string, what: string): void {
    const { nc } = this.#options.servers;
    if (reply !== '' && !nc.isClosed()) nc.publish(reply, what);
  }
}

/** A delay in nanoseconds; none is said by the word alone. */
const again = (afterMs: number): string =>
  afterMs === 0 ? '-NAK' : `-NAK {"delay": ${Math.round(afterMs) * 1_000_000}}`;
