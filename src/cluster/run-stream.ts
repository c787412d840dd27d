/**
 * The stream of one run: all of its journal and files, on the servers, with one writer at a time.
 *
 * Owns: the place of the last message. Invariants:
 * - each message says which one it follows, and the servers take it only then: whoever writes after
 *   somebody else has taken the run is refused, however late its messages come;
 * - one message is on its way at a time, and is sent again until it is there or is refused.
 */
import type { JetStreamClient } from '@nats-io/jetstream';
import { type Clock, sleep } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Reader } from './reader.ts';
import { full, isFull, isOutrun } from './refusals.ts';
import { decode, encode, type Head, type Sent } from './run-record.ts';

export interface RunStreamOptions {
  readonly js: JetStreamClient;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly stream: string;
  readonly subject: string;
  readonly run: string;
}

/** A message that is there, and its place in the stream. */
export interface Stored extends Sent {
  readonly sequence: number;
}

const pieceBytesMax = 400 * 1024;
const sendWithinMs = 2_000;
const pauseMs = 100;

export class RunStream {
  readonly #options: RunStreamOptions;
  #last = 0;
  #sent = 0;
  #name = '';
  #sending: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  constructor(options: RunStreamOptions) {
    this.#options = options;
  }

  /** Everything in it, oldest first; what is appended next follows what was there then. */
  async *read(signal: AbortSignal): AsyncGenerator<Stored> {
    const { reader, stream, subject, run } = this.#options;
    const last = await reader.patiently(signal, () => reader.newest(stream, subject));
    this.#last = last?.seq ?? 0;
    for await (const { sequence, data } of reader.upTo(stream, subject, this.#last, signal)) {
      const sent = decode(data);
      if (!sent) throw garbled(run, sequence);
      yield { ...sent, sequence };
    }
  }

  /** The body of one of them; null: it is not there any more. */
  async bodyAt(sequence: number, signal: AbortSignal): Promise<Buffer | null> {
    const data = await this.#options.reader.at(this.#options.stream, sequence, signal);
    return (data && decode(data)?.body) ?? null;
  }

  /** Messages of this life are told from those of any other by its name. */
  begin(name: string): void {
    this.#name = name;
  }

  /** Resolves when it is on the servers; long bodies go in pieces. */
  append(head: Head, body: Buffer): Promise<void> {
    const sending = this.#sending.then(() => this.#append(head, body));
    this.#sending = sending.catch(() => {});
    return sending;
  }

  /** Nothing is sent any more; what is on its way may still arrive. */
  close(why: unknown): void {
    this.#failure ??= why;
  }

  async #append(head: Head, body: Buffer): Promise<void> {
    for (let at = 0; at === 0 || at < body.length; at += pieceBytesMax) {
      await this.#send(encode({ head, body: body.subarray(at, at + pieceBytesMax) }));
    }
  }

  async #send(message: Buffer): Promise<void> {
    const { js, clock, stream, subject } = this.#options;
    this.#sent += 1;
    const msgID = `${this.#name}.${this.#sent}`;
    const expect = { streamName: stream, lastSubjectSequence: this.#last };
    for (;;) {
      if (this.#failure) throw this.#failure;
      try {
        const { seq } = await js.publish(subject, message, {
          msgID,
          expect,
          timeout: sendWithinMs,
        });
        this.#last = seq;
        return;
      } catch (error) {
        if (await this.#isThere(error, msgID)) return;
        await sleep(clock, pauseMs);
      }
    }
  }

  /** False: it is worth trying again. Throws when it never will be. */
  async #isThere(error: unknown, msgID: string): Promise<boolean> {
    const { run } = this.#options;
    if (isFull(error)) throw this.#fail(full(run, error));
    if (!isOutrun(error)) return false;
    // Null: nobody says yet whose the last one is.
    const wasOurs = await this.#wasOurs(msgID).catch(() => null);
    if (wasOurs === false) throw this.#fail(takenOver(run));
    return wasOurs === true;
  }

  #fail(error: UserError): unknown {
    this.#failure ??= error;
    return this.#failure;
  }

  /** An answer may have been lost on its way: then the last message there is the one just sent. */
  async #wasOurs(msgID: string): Promise<boolean | null> {
    const { reader, stream, subject } = this.#options;
    const newest = await reader.newest(stream, subject);
    // Nobody has written behind us, or a server that is behind has answered.
    if (newest && newest.seq <= this.#last) return null;
    if (newest?.header.get('Nats-Msg-Id') !== msgID) return false;
    this.#last = newest.seq;
    return true;
  }
}

export function takenOver(run: string): UserError {
  const message = `${run} is worked on by another node by now`;
  return new UserError('run.taken-over', message, 'look there: it goes on from the same journal');
}

function garbled(run: string, sequence: number): UserError {
  const message = `the stream of ${run} holds something else at ${sequence}`;
  const hint = 'another version of Troupe, or a stranger, has written to it';
  return new UserError('run.garbled', message, hint);
}
