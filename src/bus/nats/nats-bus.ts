/**
 * A bus over NATS: messages by a JetStream that keeps them a while, questions by its requests.
 *
 * Owns: the connection, an inlet for each filter that somebody listens under, what is on its way.
 * Invariants:
 * - a message is heard by way of one inlet a reader, so that none overtakes another;
 * - what was subscribed, or is answered, the servers know before anything that is said later;
 * - what this node says its own readers hear at once, and not again from the server.
 */
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { EventObject } from 'xstate';
import { type Clock, sleep } from '../../kernel/clock.ts';
import { type Random, randomName } from '../../kernel/random.ts';
import type { Answer, Bus, Envelope, SubscribeOptions, Subscription } from '../bus.ts';
import { type Refusal, unpack } from '../frames.ts';
import { InProcessBus } from '../in-process.ts';
import { withLeaving } from '../leaving.ts';
import { waitingMaxDefault } from '../link.ts';
import { Answerer } from './answerer.ts';
import { Asker, tooLarge } from './asker.ts';
import { busStream, ensureBusStream } from './bus-stream.ts';
import { defaultPrefix, dialFor, type NatsPlace, payloadMaxOf } from './connection.ts';
import { Inlet } from './inlet.ts';
import { Outbox } from './outbox.ts';
import { patiently } from './patience.ts';
import { channelOf, filterOf, filtersFor, placeOf, token } from './subjects.ts';

export interface NatsBusOptions {
  readonly place: NatsPlace;
  /** Of this node; the servers may hold it to it. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Messages that wait for the server; more are let go, and said so. */
  readonly waitingMax?: number;
  /** What was not done, with nobody waiting for it. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** It is connected, or cut off. */
  readonly onState?: (state: 'connected' | 'cut-off') => void;
}

interface Ear {
  readonly inlet: Inlet;
  readonly local: InProcessBus;
  readers: number;
}

const storeWithinMs = 3_000;
const closeWithinMs = 1_000;
const idHeader = 'Nats-Msg-Id';

export class NatsBus implements Bus {
  readonly #options: NatsBusOptions;
  readonly #nc: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #prefix: string;
  readonly #payloadMax: () => number;
  readonly #session: string;
  readonly #desk: InProcessBus;
  readonly #outbox: Outbox;
  readonly #asker: Asker;
  readonly #answerer: Answerer;
  /** By filter. */
  readonly #ears = new Map<string, Ear>();
  readonly #own = new Set<string>();
  /** Everything that the servers have to know before more is said. */
  #open: Promise<void> = Promise.resolve();
  #opening = 0;
  #inlets = 0;
  /** Who waits for something that a cut may have lost. */
  readonly #cuts = new Set<() => void>();
  #state: 'open' | 'closed' = 'open';

  private constructor(options: NatsBusOptions, nc: NatsConnection, jsm: JetStreamManager) {
    this.#options = options;
    this.#nc = nc;
    this.#js = jetstream(nc);
    this.#payloadMax = payloadMaxOf(nc);
    this.#jsm = jsm;
    const { clock, random, place, waitingMax = waitingMaxDefault } = options;
    this.#prefix = place.prefix ?? defaultPrefix;
    this.#session = randomName(random, 24);
    this.#desk = new InProcessBus(clock);
    this.#outbox = new Outbox({
      ...{ clock, waitingMax },
      store: (channel, payload, number) => this.#store(channel, payload, number),
      onFull: () =>
        this.#refused('bus.full', 'the servers did not take what waited: it was let go'),
    });
    const subjectOf = (address: string): string => `${this.#prefix}.ask.${placeOf(address)}`;
    const inbox = `_INBOX.${this.#session}`;
    this.#asker = new Asker({ nc, clock, inbox, subjectOf });
    this.#answerer = new Answerer({
      ...{ nc, clock, subjectOf },
      desk: this.#desk,
      onRefused: ({ code, message }) => this.#refused(code, message),
    });
    void this.#watch();
  }

  /** Rejects with a UserError when there is no server, or it lets us do too little. */
  static async connect(options: NatsBusOptions): Promise<NatsBus> {
    return dialFor(options.place, options.name, async (nc) => {
      const jsm = await jetstreamManager(nc, { checkAPI: false });
      const { place, clock } = options;
      await patiently(clock, () => ensureBusStream(jsm, place, clock));
      return new NatsBus(options, nc, jsm);
    });
  }

  publish(envelope: Envelope): void {
    if (this.#state === 'closed') return;
    for (const filter of filtersFor(channelOf(envelope.to))) {
      this.#ears.get(filter)?.local.publish(envelope);
    }
    this.#outbox.push(envelope);
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    // A closed bus has a closed desk.
    if (this.#state === 'closed') return this.#desk.subscribe(pattern, options);
    const filter = filterOf(pattern);
    const ear = this.#ears.get(filter) ?? this.#listen(filter);
    ear.readers += 1;
    return this.#untilClosed(ear.local.subscribe(pattern, options), filter, ear);
  }

  answer(address: string, answer: Answer): () => void {
    const stop = this.#desk.answer(address, answer);
    if (this.#state === 'closed') return stop;
    this.#own.add(address);
    let state: 'answering' | 'silent' = 'answering';
    const silence = (): void => {
      stop();
      if (state === 'silent') return;
      state = 'silent';
      this.#own.delete(address);
      this.#answerer.end(address);
    };
    this.#before(
      this.#open.then(async () => {
        if (state === 'silent') return;
        const isOurs = await this.#answerer.begin(address);
        if (!isOurs) silence();
        // Somebody else of this node may answer there by now.
        else if (state !== 'answering' && !this.#own.has(address)) this.#answerer.end(address);
      }),
    );
    return silence;
  }

  request(envelope: Envelope, deadlineMs: number): Promise<EventObject> {
    const isHere = this.#own.has(envelope.to) || this.#state === 'closed';
    if (isHere) return this.#desk.request(envelope, deadlineMs);
    return this.#asker.ask(envelope, deadlineMs, this.#open);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#own.clear();
    this.#desk.close();
    for (const { inlet, local } of this.#ears.values()) {
      local.close();
      inlet.close();
    }
    this.#ears.clear();
    this.#asker.close();
    void this.#leave();
  }

  /** What was said just before is still brought to the servers, if they take it soon. */
  async #leave(): Promise<void> {
    await Promise.race([this.#outbox.emptied(), sleep(this.#options.clock, closeWithinMs)]);
    this.#outbox.close();
    await this.#nc.close();
  }

  async #store(channel: string, payload: string, number: number): Promise<void> {
    const { name, place } = this.#options;
    const subject = `${this.#prefix}.bus.${token(name)}.${channel}`;
    const bytesMax = this.#payloadMax() - headerBytesMax;
    if (Buffer.byteLength(payload) > bytesMax) {
      // Batches are smaller: it is one message, which no server of these takes.
      const { code, message } = tooLarge(channel, bytesMax);
      return this.#refused(code, message);
    }
    const msgID = `${this.#session}.${number}`;
    const expect = { streamName: busStream(place) };
    await this.#unlessCut(
      this.#js.publish(subject, payload, { msgID, expect, timeout: storeWithinMs }),
    );
  }

  /** Rejects as soon as it is known that the answer may never come. */
  #unlessCut(stored: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cut = (): void => reject(new Error('cut off'));
      this.#cuts.add(cut);
      stored.then(() => resolve(), reject).finally(() => this.#cuts.delete(cut));
    });
  }

  #listen(filter: string): Ear {
    const { clock, place } = this.#options;
    this.#inlets += 1;
    const local = new InProcessBus(clock);
    const inlet = new Inlet({
      ...{ nc: this.#nc, jsm: this.#jsm, clock, stream: busStream(place), since: 'now' },
      filter: `${this.#prefix}.bus.*.${filter}`,
      name: `${this.#session}_${this.#inlets}`,
      take: (message) => this.#take(message, local),
    });
    const ear: Ear = { inlet, local, readers: 0 };
    this.#ears.set(filter, ear);
    this.#before(inlet.open());
    return ear;
  }

  #take(message: Msg, local: InProcessBus): void {
    const [session] = (message.headers?.get(idHeader) ?? '').split('.');
    if (session === this.#session) return;
    // Nothing is believed that no end of ours has sent.
    for (const frame of unpack(message.string())?.frames ?? []) {
      if (frame.kind === 'publish' && mayBe(frame.envelope, message)) local.publish(frame.envelope);
    }
  }

  /** Nothing that is said from now on goes out before this is done. */
  #before(done: Promise<void>): void {
    this.#opening += 1;
    const all = Promise.all([this.#open, done.catch(() => {})]).then(() => {
      this.#opening -= 1;
    });
    this.#open = all;
    this.#outbox.hold(all);
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#nc.status()) {
      if (type === 'disconnect') this.#options.onState?.('cut-off');
      if (type === 'reconnect') this.#goOn();
    }
  }

  #goOn(): void {
    for (const cut of this.#cuts) cut();
    for (const { inlet } of this.#ears.values()) void inlet.renew();
    this.#answerer.again();
    this.#asker.again();
    this.#options.onState?.('connected');
  }

  #refused(code: string, message: string): void {
    this.#options.onRefused?.({ code, message });
  }

  #untilClosed(subscription: Subscription, filter: string, ear: Ear): Subscription {
    return withLeaving(subscription, () => {
      ear.readers -= 1;
      if (ear.readers > 0 || this.#ears.get(filter) !== ear) return;
      this.#ears.delete(filter);
      ear.inlet.close();
    });
  }
}

const headerBytesMax = 1_024;

/** Servers hold each node to subjects with its own name: nobody else speaks as `node/...`. */
function mayBe({ from, to }: Envelope, { subject }: Pick<Msg, 'subject'>): boolean {
  const [kind, name = ''] = from.split('/');
  return kind !== 'node' || subject.endsWith(`.${token(name)}.${channelOf(to)}`);
}
