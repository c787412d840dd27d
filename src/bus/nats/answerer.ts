/**
 * Addresses at which this node answers, and what it answered lately.
 *
 * Owns: the answers of the last minute. Invariant: a question that comes twice is answered once,
 * and its answer is said again.
 */
import type { Msg, NatsConnection, Subscription as Wire } from '@nats-io/transport-node';
import type { Clock } from '../../kernel/clock.ts';
import type { Bus } from '../bus.ts';
import { type Frame, pack, type Refusal, refusalOf, unpack } from '../frames.ts';
import { tooLarge } from './asker.ts';
import { payloadMaxOf } from './connection.ts';

export interface AnswererOptions {
  readonly nc: NatsConnection;
  readonly clock: Clock;
  /** Asks whoever answers here. */
  readonly desk: Pick<Bus, 'request'>;
  readonly subjectOf: (address: string) => string;
  readonly onRefused: (refusal: Refusal) => void;
}

interface Known {
  /** Null: it is being worked on. */
  answer: string | null;
  readonly sinceMs: number;
}

const keptMs = 60_000;
const keptMax = 10_000;
const probeWithinMs = 1_000;
/** The one who asks has a deadline of its own; this only lets go of what nobody waits for. */
const answerWithinMs = 3_600_000;

export class Answerer {
  readonly #options: AnswererOptions;
  readonly #bytesMax: () => number;
  readonly #wires = new Map<string, Wire>();
  /** By where the answer goes. */
  readonly #known = new Map<string, Known>();

  constructor(options: AnswererOptions) {
    this.#options = options;
    this.#bytesMax = payloadMaxOf(options.nc);
  }

  /** Resolves when questions come; false: another node answers there. */
  async begin(address: string): Promise<boolean> {
    if (await this.#isTaken(address)) {
      const message = `somebody answers at ${address} already`;
      this.#options.onRefused({ code: 'bus.taken', message });
      return false;
    }
    const { nc, subjectOf } = this.#options;
    const wire = nc.subscribe(subjectOf(address), {
      callback: (error, message) => {
        if (!error) this.#hear(address, message);
      },
    });
    this.#wires.set(address, wire);
    await nc.flush().catch(() => {});
    return true;
  }

  end(address: string): void {
    this.#wires.get(address)?.unsubscribe();
    this.#wires.delete(address);
  }

  /** After a cut: answers of late may not have arrived. */
  again(): void {
    for (const [reply, { answer }] of this.#known) if (answer) this.#send(reply, answer);
  }

  async #isTaken(address: string): Promise<boolean> {
    const { nc, subjectOf } = this.#options;
    const probe = pack({ ack: 0, first: 1, frames: [{ kind: 'answer', address }] });
    try {
      await nc.request(subjectOf(address), probe, { timeout: probeWithinMs });
      return true;
    } catch {
      // Nobody is there, or nobody who still lives.
      return false;
    }
  }

  #hear(address: string, message: Msg): void {
    const { reply } = message;
    const [frame] = unpack(message.string())?.frames ?? [];
    if (!reply || !frame) return;
    if (frame.kind === 'answer') return void message.respond(told({ kind: 'answer', address }));
    if (frame.kind !== 'ask' || frame.envelope.to !== address) return;
    const known = this.#known.get(reply);
    if (known) return known.answer === null ? undefined : this.#send(reply, known.answer);
    this.#remember(reply, frame);
  }

  #remember(reply: string, { id, envelope }: Extract<Frame, { kind: 'ask' }>): void {
    this.#forgetOld();
    const known: Known = { answer: null, sinceMs: this.#options.clock.elapsed() };
    this.#known.set(reply, known);
    const tell = (frame: Frame): void => {
      const bytesMax = this.#bytesMax();
      const text = told(frame);
      const fits = Buffer.byteLength(text) <= bytesMax;
      const refusal = tooLarge(envelope.from, bytesMax);
      known.answer = fits ? text : told({ kind: 'refuse', id, refusal });
      this.#send(reply, known.answer);
    };
    this.#options.desk.request(envelope, answerWithinMs).then(
      (event) => tell({ kind: 'reply', id, event }),
      (error: unknown) => tell({ kind: 'refuse', id, refusal: refusalOf(error) }),
    );
  }

  #send(reply: string, answer: string): void {
    const { nc } = this.#options;
    if (!nc.isClosed()) nc.publish(reply, answer);
  }

  /** The oldest are at the beginning; one that is worked on is kept. */
  #forgetOld(): void {
    const nowMs = this.#options.clock.elapsed();
    for (const [reply, { answer, sinceMs }] of this.#known) {
      if (this.#known.size < keptMax && nowMs - sinceMs < keptMs) return;
      if (answer !== null || nowMs - sinceMs > answerWithinMs) this.#known.delete(reply);
    }
  }
}

const told = (frame: Frame): string => pack({ ack: 0, first: 1, frames: [frame] });
