/**
 * The hub's side of the queues: calls for a place, until a worker claims one or nobody did in time.
 *
 * Owns: the calls that wait.
 * Invariants:
 * - a call is one worker's: whoever else brings it is told that it is taken, or void;
 * - a hub that may be taken for dead gives nothing away.
 */
import type { Clock } from '../../kernel/clock.ts';
import { sleep } from '../../kernel/clock.ts';
import type { Member } from '../roster.ts';
import { type Place, placesAt, type Wish } from '../roster.ts';
import { type CalledQueue, CalledQueues } from './called-queues.ts';
import { type Call, type ClaimState, ensureQueue, queueName, queueSubject } from './queues.ts';
import type { Servers } from './servers.ts';

export interface CallsOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly version: string;
  /** Where claims are brought. */
  readonly hub: string;
  /** Workers are to know of the queues that there are now. */
  readonly announce: () => Promise<void>;
}

interface Open {
  readonly wish: Wish;
  readonly take: (place: Place) => void;
}

type Word = Pick<Call, 'run' | 'ticket'>;

const sendWithinMs = 2_000;
const pauseMs = 200;
/** Of the time that the servers keep a queue: then workers are told of it no more. */
const unusedFor = 0.5;
/** Of the same: it may be gone by then, as nobody has pulled from it. */
const lookAgainAfter = 1 / 360;

export class Calls {
  readonly #options: CallsOptions;
  readonly #open = new Map<string, Open>();
  readonly #queues: CalledQueues;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#queues = new CalledQueues(options.servers.queueKeptMs * unusedFor);
  }

  /** Those in which there may be something; what was not called in for a while is let go. */
  queues(): readonly Wish[] {
    this.#queues.letGoUnused(this.#options.clock.elapsed());
    return this.#queues.wishes;
  }

  /** Null: nobody has claimed it in time. */
  async place(wish: Wish, word: Word, waitMs: number, signal: AbortSignal): Promise<Place | null> {
    const { clock } = this.#options;
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    const cancel = clock.at(clock.now() + waitMs, giveUp);
    try {
      const queue = await this.#roomFor(wish, over.signal);
      return queue && (await this.#placeIn(queue, word, over.signal));
    } finally {
      signal.removeEventListener('abort', giveUp);
      cancel();
      giveUp();
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

  /** Null: others called in every queue that there may be, until nobody waited for it any more. */
  async #roomFor(wish: Wish, signal: AbortSignal): Promise<CalledQueue | null> {
    const { clock, version } = this.#options;
    const name = queueName(wish, version);
    while (!signal.aborted) {
      const queue = this.#queues.enter(name, wish, clock.elapsed());
      if (queue) return queue;
      await sleep(clock, pauseMs, signal);
    }
    return null;
  }

  async #placeIn(queue: CalledQueue, word: Word, signal: AbortSignal): Promise<Place | null> {
    const claimed = new Promise<Place | null>((resolve) => {
      this.#open.set(word.ticket, { wish: queue.wish, take: resolve });
      const giveUp = (): void => resolve(null);
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
    });
    const sent = this.#send(queue, word, signal);
    const place = await claimed;
    if (place === null) void this.#withdraw(sent);
    this.#open.delete(word.ticket);
    this.#queues.leave(queue, this.#options.clock.elapsed());
    return place;
  }

  /** Its place in the stream; null: it was never there. */
  async #send(
    queue: CalledQueue,
    { run, ticket }: Word,
    signal: AbortSignal,
  ): Promise<number | null> {
    const { servers, hub, clock } = this.#options;
    const call: Call = { ticket, hub, run };
    while (!signal.aborted) {
      try {
        await this.#ready(queue);
        const subject = queueSubject(servers, queue.name);
        const once = { msgID: ticket, timeout: sendWithinMs };
        return (await servers.js.publish(subject, JSON.stringify(call), once)).seq;
      } catch {
        // Servers that choose a leader, or come back: until nobody waits for it any more.
        await sleep(clock, pauseMs, signal);
      }
    }
    return null;
  }

  /** Resolves when it is there, and workers know of it. */
  #ready(queue: CalledQueue): Promise<void> {
    const { servers, announce, clock } = this.#options;
    const { name, ready } = queue;
    const sinceMs = clock.elapsed();
    const sureMs = servers.queueKeptMs * lookAgainAfter;
    if (ready && sinceMs - ready.sinceMs < sureMs) return ready.done;
    const ensured = ensureQueue(servers, name);
    const done = ready ? ensured : ensured.then(announce);
    queue.ready = { done, sinceMs };
    done.catch(() => {
      queue.ready = null;
    });
    return done;
  }

  /** Whoever has it by now hears that it is void. */
  async #withdraw(sent: Promise<number | null>): Promise<void> {
    const { jsm, work } = this.#options.servers;
    const sequence = await sent;
    if (sequence !== null) await jsm.streams.deleteMessage(work, sequence, false).catch(() => {});
  }
}
