/**
 * The hub's side of the queues: calls for a place, until a worker claims one or nobody did in time.
 *
 * Owns: the calls that wait, and which queues workers are told of.
 * Invariants:
 * - a call is one worker's: whoever else brings it is told that it is taken, or void;
 * - a hub that may be taken for dead gives nothing away.
 */
import type { Clock } from '../../kernel/clock.ts';
import { sleep } from '../../kernel/clock.ts';
import type { Member } from '../roster.ts';
import { type Place, placesAt, type Wish } from '../roster.ts';
import { type Call, type ClaimState, ensureQueue, queueName, queueSubject } from './queues.ts';
import type { Servers } from './servers.ts';

export interface CallsOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly version: string;
  /** Where claims are brought. */
  readonly hub: string;
  /** Workers are to know of all these. */
  readonly announce: (queues: readonly Wish[]) => Promise<void>;
}

interface Open {
  readonly wish: Wish;
  readonly take: (place: Place) => void;
}

const sendWithinMs = 2_000;
const pauseMs = 200;

export class Calls {
  readonly #options: CallsOptions;
  readonly #open = new Map<string, Open>();
  /** By name; resolves when it can be called in. */
  readonly #queues = new Map<string, { readonly wish: Wish; readonly ready: Promise<void> }>();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  get queues(): readonly Wish[] {
    return [...this.#queues.values()].map(({ wish }) => wish);
  }

  /** Null: nobody has claimed it in time. */
  async place(
    wish: Wish,
    call: Pick<Call, 'run' | 'ticket'>,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Place | null> {
    const { clock } = this.#options;
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    const cancel = clock.at(clock.now() + waitMs, giveUp);
    const claimed = new Promise<Place | null>((resolve) => {
      this.#open.set(call.ticket, { wish, take: resolve });
      over.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const sent = this.#send(wish, call, over.signal);
    try {
      const place = await claimed;
      if (place === null) void this.#withdraw(sent);
      return place;
    } finally {
      this.#open.delete(call.ticket);
      signal.removeEventListener('abort', giveUp);
      cancel();
    }
  }

  /** What a worker hears that brings this one. */
  claim(ticket: string, member: Member): ClaimState {
    const open = this.#open.get(ticket);
    if (!open) return 'void';
    const [place] = placesAt(member, open.wish);
    if (place === undefined) return 'taken';
    this.#open.delete(ticket);
    open.take({ member, place });
    return 'yours';
  }

  /** Its place in the stream; null: it was never there. */
  async #send(
    wish: Wish,
    { run, ticket }: Pick<Call, 'run' | 'ticket'>,
    signal: AbortSignal,
  ): Promise<number | null> {
    const { servers, hub, version, clock } = this.#options;
    const name = queueName(wish, version);
    const call: Call = { ticket, hub, run };
    while (!signal.aborted) {
      try {
        await this.#queue(wish, name);
        const subject = queueSubject(servers, name);
        const once = { msgID: ticket, timeout: sendWithinMs };
        return (await servers.js.publish(subject, JSON.stringify(call), once)).seq;
      } catch {
        // Servers that choose a leader, or come back: until nobody waits for it any more.
        await sleep(clock, pauseMs, signal);
      }
    }
    return null;
  }

  #queue(wish: Wish, name: string): Promise<void> {
    const known = this.#queues.get(name);
    if (known) return known.ready;
    const { servers, announce } = this.#options;
    const ready = ensureQueue(servers, name).then(() => announce(this.queues));
    this.#queues.set(name, { wish, ready });
    ready.catch(() => this.#queues.delete(name));
    return ready;
  }

  /** Whoever has it by now hears that it is void. */
  async #withdraw(sent: Promise<number | null>): Promise<void> {
    const { jsm, work } = this.#options.servers;
    const sequence = await sent;
    if (sequence !== null) await jsm.streams.deleteMessage(work, sequence, false).catch(() => {});
  }
}
