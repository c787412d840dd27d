/**
 * Questions of this node, over NATS's own requests: asked again after a cut, until one deadline.
 *
 * Owns: the questions on their way. Invariant: one that is asked again carries its old number, by
 * which whoever answers knows it.
 */
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { EventObject } from 'xstate';
import type { Clock } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/user-error.ts';
import type { Envelope } from '../bus.ts';
import { pack, unpack } from '../frames.ts';
import { nobody, tooLate } from '../in-process.ts';
import { Questions } from '../questions.ts';
import { payloadMaxOf } from './connection.ts';

export interface AskerOptions {
  readonly nc: NatsConnection;
  readonly clock: Clock;
  /** Where answers come in: unlike that of any other. */
  readonly inbox: string;
  readonly subjectOf: (address: string) => string;
}

interface Asked {
  readonly subject: string;
  readonly payload: string;
  readonly to: string;
}

/** Whoever answered before the cut may come back a little later than we. */
const graceMs = 5_000;
const askAgainMs = 200;

export class Asker {
  readonly #options: AskerOptions;
  readonly #questions: Questions;
  readonly #bytesMax: () => number;
  readonly #asked = new Map<number, Asked>();
  #backMs = Number.NEGATIVE_INFINITY;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#questions = new Questions(options.clock);
    this.#bytesMax = payloadMaxOf(options.nc);
    const { nc, inbox } = options;
    nc.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#hear(message);
      },
    });
  }

  /** `open`: when it may go out. */
  ask(envelope: Envelope, deadlineMs: number, open: Promise<void>): Promise<EventObject> {
    const { to } = envelope;
    const { id, answer } = this.#questions.put(deadlineMs, () => tooLate(to, deadlineMs));
    const payload = pack({ ack: 0, first: id, frames: [{ kind: 'ask', id, envelope }] });
    if (Buffer.byteLength(payload) > this.#bytesMax()) {
      this.#questions.settle({ kind: 'refuse', id, refusal: tooLarge(to, this.#bytesMax()) });
      return answer;
    }
    this.#asked.set(id, { subject: this.#options.subjectOf(to), payload, to });
    void open.then(() => this.#send(id));
    const forget = () => void this.#asked.delete(id);
    answer.then(forget, forget);
    return answer;
  }

  /** After a cut: what was asked may not have arrived, nor its answer. */
  again(): void {
    this.#backMs = this.#options.clock.elapsed();
    for (const id of this.#asked.keys()) this.#send(id);
  }

  close(): void {
    this.#questions.giveUp(new UserError('bus.closed', 'the bus was closed', 'open another one'));
  }

  #send(id: number): void {
    const asked = this.#asked.get(id);
    const { nc, inbox } = this.#options;
    if (asked && !nc.isClosed()) {
      nc.publish(asked.subject, asked.payload, { reply: `${inbox}.${id}` });
    }
  }

  #hear(message: Msg): void {
    const id = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1));
    const asked = this.#asked.get(id);
    if (!asked) return;
    if (message.data.length === 0 && message.headers?.code === 503) {
      return this.#nobodyThere(id, asked.to);
    }
    const [frame] = unpack(message.string())?.frames ?? [];
    if (frame?.kind === 'reply' || frame?.kind === 'refuse') {
      this.#questions.settle({ ...frame, id });
    }
  }

  #nobodyThere(id: number, to: string): void {
    const { clock } = this.#options;
    if (clock.elapsed() - this.#backMs < graceMs) {
      clock.at(clock.now() + askAgainMs, () => this.#send(id));
      return;
    }
    const { code, message } = nobody(to);
    this.#questions.settle({ kind: 'refuse', id, refusal: { code, message } });
  }
}

export const tooLarge = (to: string, bytesMax: number) => ({
  code: 'bus.too-large',
  message: `what is said to ${to} is larger than the ${bytesMax} bytes that this server takes`,
});
