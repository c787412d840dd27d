/**
 * The stream of one run: all of its journal and files, on the servers, with one writer at a time.
 *
 * Owns: the place of the last message. Invariants:
 * - each message says which one it follows, and the servers take it only then: whoever writes after
 *   somebody else has taken the run is refused, however late its messages come;
 * - one message is on its way at a time, and is sent again until it is there or is refused.
 */
import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { Inlet } from '../bus/nats/inlet.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { decode, encode, type Head, type Sent } from './run-record.ts';

export interface RunStreamOptions {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly clock: Clock;
  readonly stream: string;
  readonly subject: string;
  readonly run: string;
}

const pieceBytesMax = 400 * 1024;
const sendWithinMs = 2_000;
const pauseMs = 100;
/** What the servers say to a message that does not follow the last one. */
const notTheLast = [10_071, 10_164];
const nobodyThere = 10_037;

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

  /** Everything in it, oldest first. */
  async read(): Promise<readonly Sent[]> {
    const last = await this.#newest();
    this.#last = last?.seq ?? 0;
    return last ? this.#readTo(last.seq) : [];
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

  #readTo(last: number): Promise<readonly Sent[]> {
    const { nc, jsm, clock, stream, subject, run } = this.#options;
    const messages: Sent[] = [];
    return new Promise((resolve, reject) => {
      const inlet: Inlet = new Inlet({
        ...{ nc, jsm, clock, stream, filter: subject, from: 'start' },
        name: `read_${nuid.next()}`,
        take: (message, sequence) => {
          const sent = decode(message.data);
          if (sent) messages.push(sent);
          else reject(garbled(run, sequence));
          if (sent && sequence < last) return;
          inlet.close();
          resolve(messages);
        },
      });
      void inlet.open();
    });
  }

  async #append(head: Head, body: Buffer): Promise<void> {
    for (let at = 0; at === 0 || at < body.length; at += pieceBytesMax) {
      await this.#send(encode({ head, body: body.subarray(at, at + pieceBytesMax) }));
    }
  }

  async #send(message: Buffer): Promise<void> {
    const { js, clock, stream, subject, run } = this.#options;
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
        const isOver = error instanceof JetStreamApiError && notTheLast.includes(error.code);
        // Null: nobody says yet whose the last one is.
        const wasOurs = isOver ? await this.#wasOurs(msgID).catch(() => null) : null;
        if (wasOurs === true) return;
        if (wasOurs === false) {
          this.#failure ??= takenOver(run);
          throw this.#failure;
        }
        await sleep(clock, pauseMs);
      }
    }
  }

  /** An answer may have been lost on its way: then the last message there is the one just sent. */
  async #wasOurs(msgID: string): Promise<boolean> {
    const newest = await this.#newest();
    if (newest?.header.get('Nats-Msg-Id') !== msgID) return false;
    this.#last = newest.seq;
    return true;
  }

  async #newest() {
    const { jsm, stream, subject } = this.#options;
    try {
      return await jsm.streams.getMessage(stream, { last_by_subj: subject });
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === nobodyThere) return null;
      throw error;
    }
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
