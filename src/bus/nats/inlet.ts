/**
 * What is said in a stream, under one filter, from now on or from its beginning: an ordered
 * consumer, made anew where it broke.
 *
 * Owns: the consumer at the server, and how far it was read.
 * Invariants: messages come in the order of the stream, each once, over any number of cuts, as long
 * as the stream keeps them.
 */
import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import {
  type Msg,
  type NatsConnection,
  nanos,
  type Subscription as Wire,
} from '@nats-io/transport-node';
import { type Clock, sleep } from '../../kernel/clock.ts';

export interface InletOptions {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly clock: Clock;
  readonly stream: string;
  readonly filter: string;
  /** Unlike that of any other inlet. */
  readonly name: string;
  /** `sequence`: its place in the stream. */
  readonly take: (message: Msg, sequence: number) => void;
  /** `beginning`: with all that the stream still has. */
  readonly since: 'now' | 'beginning';
}

const heartbeatMs = 2_000;
const silenceMaxMs = 3 * heartbeatMs;
const forgottenAfterMs = 30_000;
const pauseMs = 200;

export class Inlet {
  readonly #options: InletOptions;
  #life = 0;
  #wire: Wire | null = null;
  /** The last message of the stream that was taken; null: only what comes after the first one. */
  #cursor: number | null = null;
  #delivered = 0;
  #heardMs = 0;
  #watch: (() => void) | null = null;
  #state: 'open' | 'closed' = 'open';

  constructor(options: InletOptions) {
    this.#options = options;
    if (options.since === 'beginning') this.#cursor = 0;
  }

  /** Resolves when it hears; also when it was closed before that. */
  async open(): Promise<void> {
    this.#look();
    await this.renew();
  }

  /** Goes on where it was, with a new consumer: one that may be there after all is let be. */
  async renew(): Promise<void> {
    while (this.#state === 'open') {
      this.#life += 1;
      const life = this.#life;
      try {
        return await this.#begin(life);
      } catch {
        await sleep(this.#options.clock, pauseMs);
      }
      if (life !== this.#life) return;
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#watch?.();
    this.#leave(this.#life);
  }

  async #begin(life: number): Promise<void> {
    const { nc, jsm, stream, filter, clock } = this.#options;
    this.#leave(life - 1);
    this.#delivered = 0;
    this.#heardMs = clock.elapsed();
    const subject = `_INBOX.${this.#nameOf(life)}`;
    this.#wire = nc.subscribe(subject, {
      callback: (error, message) => {
        if (!error && life === this.#life) this.#hear(message);
      },
    });
    const start =
      this.#cursor === null
        ? { deliver_policy: DeliverPolicy.New }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.#cursor + 1 };
    const { delivered } = await jsm.consumers.add(stream, {
      ...start,
      name: this.#nameOf(life),
      deliver_subject: subject,
      filter_subject: filter,
      ack_policy: AckPolicy.None,
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: nanos(heartbeatMs),
      inactive_threshold: nanos(forgottenAfterMs),
      num_replicas: 1,
      mem_storage: true,
    });
    if (life === this.#life) this.#cursor ??= delivered.stream_seq;
  }

  #leave(life: number): void {
    if (!this.#wire) return;
    const { jsm, stream } = this.#options;
    this.#wire.unsubscribe();
    this.#wire = null;
    // The server forgets it by itself where this does not arrive.
    jsm.consumers.delete(stream, this.#nameOf(life)).catch(() => {});
  }

  #hear(message: Msg): void {
    this.#heardMs = this.#options.clock.elapsed();
    const { headers } = message;
    if (message.data.length === 0 && headers?.code === 100) {
      const stalled = headers.get('Nats-Consumer-Stalled');
      if (message.reply) message.respond();
      else if (stalled) this.#options.nc.publish(stalled);
      const last = Number(headers.get('Nats-Last-Consumer') || 0);
      if (last > this.#delivered) void this.renew();
      return;
    }
    const { sequence, delivery } = placeIn(message.reply ?? '');
    if (delivery !== this.#delivered + 1) return void this.renew();
    this.#delivered = delivery;
    this.#cursor = sequence;
    this.#options.take(message, sequence);
  }

  /** A server that forgot the consumer says nothing at all. */
  #look(): void {
    const { clock } = this.#options;
    this.#watch = clock.at(clock.now() + heartbeatMs, () => {
      if (clock.elapsed() - this.#heardMs > silenceMaxMs) {
        this.#heardMs = clock.elapsed();
        void this.renew();
      }
      this.#look();
    });
  }

  #nameOf(life: number): string {
    return `${this.#options.name}_${life}`;
  }
}

/** `$JS.ACK.<stream>.<consumer>.<tries>.<sequence>.<delivery>...`; newer: two parts before. */
function placeIn(reply: string): { readonly sequence: number; readonly delivery: number } {
  const parts = reply.split('.');
  const at = parts.length > 9 ? 7 : 5;
  return { sequence: Number(parts[at]), delivery: Number(parts[at + 1]) };
}
