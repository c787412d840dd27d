/**
 * A worker's side of the queues: takes as many calls as it has places, and claims them.
 *
 * Owns: the calls that it has taken, from the pull until nothing of them is here any more.
 * Invariants:
 * - a call has a place as long as it is here;
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
import {
  type Call,
  type ClaimState,
  callSchema,
  ensureQueue,
  jsonIn,
  pullCall,
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

/** What becomes of a call: it is done with, or somebody else's. */
type Settlement = '+ACK' | '+TERM' | { readonly againAfterMs: number };

const pauseMs = 300;
const clearedMax = 10_000;

export class CallTaker {
  readonly #options: CallTakerOptions;
  readonly #taken = new Map<string, Taken>();
  readonly #queues = new Map<string, Wish>();
  /** By run: the hub whose it is. */
  readonly #owners = new Map<string, string>();
  #waiting: (() => void)[] = [];
  #state: 'open' | 'closed' = 'closed';

  constructor(options: CallTakerOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#state = 'open';
    for (const [name, wish] of this.#queues) void this.#pullFrom(name, wish);
  }

  /** What was not begun is left to others; what was is settled when it has ended. */
  end(): void {
    this.#state = 'closed';
    this.#queues.clear();
    for (const [ticket, { state }] of this.#taken) {
      if (state !== 'begun') this.#settle(ticket, { againAfterMs: 0 });
    }
    this.#change();
  }

  /** Those in which there may be something for this worker. */
  listenTo(wishes: readonly Wish[]): void {
    const { version } = this.#options;
    const named = new Map(wishes.map((wish) => [queueName(wish, version), wish]));
    for (const name of this.#queues.keys()) if (!named.has(name)) this.#queues.delete(name);
    for (const [name, wish] of named) {
      if (this.#queues.has(name)) continue;
      this.#queues.set(name, wish);
      if (this.#state === 'open') void this.#pullFrom(name, wish);
    }
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

  async #pullFrom(name: string, wish: Wish): Promise<void> {
    const { clock, servers } = this.#options;
    while (this.#state === 'open' && this.#queues.get(name) === wish) {
      if (this.#freePlace(wish.role) === null) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      try {
        const message = await pullCall(servers, name);
        if (message) this.#take(message, wish);
      } catch {
        // The queue is not there yet, or no server is.
        await sleep(clock, pauseMs);
        await ensureQueue(servers, name).catch(() => {});
      }
    }
  }

  #take(message: Msg, { role }: Wish): void {
    const { reply = '' } = message;
    const call = callSchema.safeParse(jsonIn(message.string()));
    if (!call.success) return this.#say(reply, '+TERM');
    const { ticket, hub, run } = call.data;
    const place = this.#freePlace(role);
    if (place === null || this.#state === 'closed' || this.#taken.has(ticket)) {
      return this.#say(reply, again(0));
    }
    const owner = this.#owners.get(run);
    if (owner !== undefined && owner !== hub) return this.#say(reply, '+TERM');
    this.#taken.set(ticket, { call: call.data, place, reply, state: 'claiming' });
    void this.#claim(call.data);
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
    const { roles } = this.#options;
    for (const place of [role, anyRole]) {
      const used = [...this.#taken.values()].filter((each) => each.place === place).length;
      if (used < (roles[place] ?? 0)) return place;
    }
    return null;
  }

  #settle(ticket: string, how: Settlement): void {
    const taken = this.#taken.get(ticket);
    if (!taken) return;
    this.#taken.delete(ticket);
    this.#say(taken.reply, typeof how === 'string' ? how : again(how.againAfterMs));
    this.#change();
  }

  #change(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  #say(reply: string, what: string): void {
    const { nc } = this.#options.servers;
    if (reply !== '' && !nc.isClosed()) nc.publish(reply, what);
  }
}

/** A delay in nanoseconds; none is said by the word alone. */
const again = (afterMs: number): string =>
  afterMs === 0 ? '-NAK' : `-NAK {"delay": ${Math.round(afterMs) * 1_000_000}}`;
