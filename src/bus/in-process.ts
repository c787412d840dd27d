/** The bus inside one process: a map of patterns, and bounded queues for those who read. */
import type { EventObject } from 'xstate';
import type { Clock } from '../kernel/clock.ts';
import { Mailbox } from '../kernel/mailbox.ts';
import { UserError } from '../kernel/user-error.ts';
import {
  type Answer,
  type Bus,
  defaultBufferMax,
  type Envelope,
  type SubscribeOptions,
  type Subscription,
} from './bus.ts';
import { Heard } from './heard.ts';
import { Listeners } from './listeners.ts';

export class InProcessBus implements Bus {
  readonly #clock: Clock;
  readonly #readers = new Listeners<Reader>();
  readonly #open = new Set<Reader>();
  readonly #answers = new Map<string, Answer>();
  #state: 'open' | 'closed' = 'open';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether anybody listens, to whatever it may be. */
  get isHeard(): boolean {
    return this.#open.size > 0;
  }

  publish(envelope: Envelope): void {
    if (this.isHeard) this.#readers.visit(envelope.to, (reader) => reader.push(envelope));
  }

  subscribe(
    pattern: string,
    { bufferMax = defaultBufferMax }: SubscribeOptions = {},
  ): Subscription {
    const reader = new Reader(bufferMax, () => this.#forget(pattern, reader));
    if (this.#state === 'closed') reader.close();
    else {
      this.#open.add(reader);
      this.#readers.add(pattern, reader);
    }
    return reader;
  }

  answer(address: string, answer: Answer): () => void {
    if (this.#answers.has(address)) {
      throw new UserError('bus.taken', `somebody answers at ${address} already`, 'stop it first');
    }
    if (this.#state === 'open') this.#answers.set(address, answer);
    return () => {
      if (this.#answers.get(address) === answer) this.#answers.delete(address);
    };
  }

  request(envelope: Envelope, deadlineMs: number): Promise<EventObject> {
    const answer = this.#answers.get(envelope.to);
    if (!answer) return Promise.reject(nobody(envelope.to));
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.at(this.#clock.now() + deadlineMs, () =>
        reject(tooLate(envelope.to, deadlineMs)),
      );
      Promise.resolve(envelope).then(answer).then(resolve, reject).finally(cancel);
    });
  }

  close(): void {
    this.#state = 'closed';
    for (const reader of this.#open) reader.close();
    this.#answers.clear();
  }

  #forget(pattern: string, reader: Reader): void {
    this.#open.delete(reader);
    this.#readers.delete(pattern, reader);
  }
}

class Reader implements Subscription {
  readonly #queue = new Mailbox<Envelope>();
  readonly #bufferMax: number;
  readonly #forget: () => void;
  readonly #heard = new Heard();
  #state: 'open' | 'closed' = 'open';
  #dropped = 0;
  /** Whoever waits for the next message. */
  #waiter: ((next: IteratorResult<Envelope>) => void) | null = null;

  constructor(bufferMax: number, forget: () => void) {
    this.#bufferMax = bufferMax;
    this.#forget = forget;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(envelope: Envelope): void {
    if (!this.#heard.isNew(envelope)) return;
    if (this.#queue.length >= this.#bufferMax) {
      this.#queue.shift();
      this.#dropped += 1;
    }
    this.#queue.push(envelope);
    this.#serve();
  }

  /** What is in the queue can still be read. */
  close(): void {
    this.#state = 'closed';
    this.#forget();
    this.#serve();
  }

  /** No generator: that would cost more than all the rest of a message's way. */
  [Symbol.asyncIterator](): AsyncIterator<Envelope> {
    return {
      next: () => this.#next(),
      return: () => {
        this.close();
        return Promise.resolve(ended);
      },
    };
  }

  #next(): Promise<IteratorResult<Envelope>> {
    const next = this.#take();
    if (next) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** Null: there may be one later. */
  #take(): IteratorResult<Envelope> | null {
    const value = this.#queue.shift();
    if (value) return { done: false, value };
    return this.#state === 'closed' ? ended : null;
  }

  #serve(): void {
    const next = this.#waiter && this.#take();
    if (!next) return;
    const resolve = this.#waiter;
    this.#waiter = null;
    resolve?.(next);
  }
}

const ended = { done: true, value: undefined } as const;

export function nobody(address: string): UserError {
  return new UserError('bus.nobody', `nobody answers at ${address}`, 'look whether it is alive');
}

export function tooLate(address: string, deadlineMs: number): UserError {
  const message = `${address} did not answer in ${deadlineMs} ms`;
  return new UserError('bus.timed-out', message, 'ask again, or look why it is stuck');
}
