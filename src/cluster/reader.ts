/** Reads what streams keep, patiently: servers that choose a leader answer a moment later. */
import { JetStreamApiError, type JetStreamManager, type MsgRequest } from '@nats-io/jetstream';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Kept, readStretches } from './stretches.ts';

export interface ReaderOptions {
  readonly nc: NatsConnection;
  /** Whose questions have short deadlines: who leads a stream may die before it answers. */
  readonly jsm: JetStreamManager;
  readonly clock: Clock;
}

const pauseMs = 100;
/** What the servers say that can't say more at present. */
const unavailable = 503;

export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Null: nothing was ever said there, or it is not kept. Asked once. */
  newest(stream: string, subject: string) {
    return this.#get(stream, { last_by_subj: subject });
  }

  /** Everything under a subject that is there now, oldest first. Gives up with the signal alone. */
  async *all(stream: string, subject: string, signal: AbortSignal): AsyncGenerator<Kept> {
    const last = await this.patiently(signal, () => this.newest(stream, subject));
    if (last) yield* this.upTo(stream, subject, last.seq, signal);
  }

  async *upTo(stream: string, subject: string, last: number, signal: AbortSignal) {
    const next = async (from: number): Promise<Kept | null> => {
      // The servers know this question from 2.9 on; the client's types know it of others only.
      const query = { seq: from, next_by_subj: subject } as MsgRequest;
      const message = await this.patiently(signal, () => this.#get(stream, query));
      return message && { sequence: message.seq, data: message.data };
    };
    const first = await next(1);
    if (first) yield* readStretches(next, first.sequence, last);
  }

  async at(stream: string, sequence: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const message = await this.patiently(signal, () => this.#get(stream, { seq: sequence }));
    return message?.data ?? null;
  }

  /** Until there is an answer, or nobody wants one any more: then it rejects with the reason. */
  async patiently<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
    const { clock, nc } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        if (nc.isClosed() || !isPassing(error)) throw error;
        await sleep(clock, pauseMs, signal);
      }
    }
  }

  #get(stream: string, query: MsgRequest) {
    return this.#options.jsm.streams.getMessage(stream, query);
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status === unavailable;
  return !(error instanceof errors.PermissionViolationError);
}
