/**
 * A bus that reaches other processes through a hub, over one socket that may break and come back.
 *
 * Owns: the session with the hub. Invariants: what was said while it was cut off is said when it is
 * back, once and in order; a hub that has forgotten the session is told everything anew.
 */

import { WebSocket } from 'ws';
import type { EventObject } from 'xstate';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Answer, Bus, Envelope, SubscribeOptions, Subscription } from './bus.ts';
import {
  type Frame,
  frameBytesMax,
  protocolVersion,
  type Refusal,
  refusalOf,
  tooLarge,
  unpack,
} from './frames.ts';
import {
  closings,
  type Hello,
  nameHeader,
  readGreeting,
  type Welcome,
  welcomeSchema,
} from './greeting.ts';
import { InProcessBus, tooLate } from './in-process.ts';
import { withLeaving } from './leaving.ts';
import { Link } from './link.ts';
import { pinned } from './pin.ts';
import { Questions } from './questions.ts';
import { closedAtOnce, isFinal, notReached, otherVersion } from './turned-away.ts';
import { Watch } from './watch.ts';

export interface WebSocketBusOptions {
  /** `ws://host:port` or `wss://host:port`. */
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Frames that wait for the hub; more are let go, and said so. */
  readonly waitingMax?: number;
  /** The certificates that are believed; left out: those of the machine. */
  readonly ca?: string;
  /** `sha256:` and the fingerprint of the one certificate that is believed, whoever signed it. */
  readonly pin?: string;
  /** What the hub would not do, with nobody waiting for it. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** It is connected, or cut off. */
  readonly onState?: (state: 'connected' | 'cut-off') => void;
  /** It was in, and is let in no more: the bus is closed. */
  readonly onShutOut?: (error: UserError) => void;
}

const greetWithinMs = 10_000;
const pauses = { firstMs: 50, factor: 2, maxMs: 5_000 };

export class WebSocketBus implements Bus {
  readonly #options: WebSocketBusOptions;
  readonly #local: InProcessBus;
  #session: string;
  readonly #questions: Questions;
  /** How many listen to each pattern here. */
  readonly #patterns = new Map<string, number>();
  readonly #own = new Set<string>();
  #link: Link;
  #socket: WebSocket | null = null;
  #state: 'open' | 'closed' = 'open';

  private constructor(options: WebSocketBusOptions) {
    this.#options = options;
    this.#local = new InProcessBus(options.clock);
    this.#session = randomName(options.random, 32);
    this.#questions = new Questions(options.clock);
    this.#link = this.#newLink();
  }

  /** Rejects with a UserError when there is no hub, or it refuses. */
  static async connect(options: WebSocketBusOptions): Promise<WebSocketBus> {
    const bus = new WebSocketBus(options);
    await bus.#dial();
    return bus;
  }

  publish(envelope: Envelope): void {
    if (this.#state === 'closed') return;
    this.#local.publish(envelope);
    this.#link.push({ kind: 'publish', envelope });
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    const subscription = this.#local.subscribe(pattern, options);
    if (this.#state === 'closed') return subscription;
    const count = this.#patterns.get(pattern) ?? 0;
    this.#patterns.set(pattern, count + 1);
    if (count === 0) this.#link.push({ kind: 'subscribe', pattern });
    return this.#untilClosed(subscription, pattern);
  }

  answer(address: string, answer: Answer): () => void {
    const stop = this.#local.answer(address, answer);
    if (this.#state === 'closed') return stop;
    this.#own.add(address);
    this.#link.push({ kind: 'answer', address });
    let state: 'answering' | 'silent' = 'answering';
    return () => {
      stop();
      if (state === 'silent') return;
      state = 'silent';
      this.#own.delete(address);
      this.#link.push({ kind: 'silence', address });
    };
  }

  request(envelope: Envelope, deadlineMs: number): Promise<EventObject> {
    const isHere = this.#own.has(envelope.to) || this.#state === 'closed';
    if (isHere) return this.#local.request(envelope, deadlineMs);
    const late = () => tooLate(envelope.to, deadlineMs);
    const { id, answer } = this.#questions.put(deadlineMs, late);
    this.#link.push({ kind: 'ask', id, envelope });
    return answer;
  }

  close(): void {
    this.#end(new UserError('bus.closed', 'the bus was closed', 'open another one'));
  }

  #end(why: UserError): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#own.clear();
    this.#local.close();
    this.#link.detach();
    this.#socket?.close(1_000);
    this.#questions.giveUp(why);
  }

  #take(frame: Frame): void {
    switch (frame.kind) {
      case 'publish':
        return this.#local.publish(frame.envelope);
      case 'ask':
        this.#local.request(frame.envelope, answerWithinMs).then(
          (event) => this.#link.push({ kind: 'reply', id: frame.id, event }),
          (error: unknown) => {
            this.#link.push({ kind: 'refuse', id: frame.id, refusal: refusalOf(error) });
          },
        );
        return;
      case 'refuse':
        if (frame.id === 0) this.#options.onRefused?.(frame.refusal);
        return this.#questions.settle(frame);
      case 'reply':
        return this.#questions.settle(frame);
      default:
        // A hub asks nothing else of who joined it.
        return;
    }
  }

  /** What is not said is told to who said it: to who asks here, who asks there, or everybody. */
  #refuse(frame: Frame, refusal: Refusal): void {
    if (frame.kind === 'ask') this.#questions.settle({ kind: 'refuse', id: frame.id, refusal });
    else if (frame.kind === 'reply') this.#link.push({ kind: 'refuse', id: frame.id, refusal });
    else this.#options.onRefused?.(refusal);
  }

  #newLink(): Link {
    const { clock, waitingMax } = this.#options;
    return new Link({
      ...{ clock, ...(waitingMax !== undefined && { waitingMax }) },
      take: (frame) => this.#take(frame),
      onTooLarge: (frame) => this.#refuse(frame, tooLarge(frame)),
      onBroken: (why) => this.#breakOff(why),
    });
  }

  async #dial(): Promise<void> {
    const { url, token, name, ca, pin } = this.#options;
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}`, [nameHeader]: name },
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      handshakeTimeout: greetWithinMs,
      ...(ca !== undefined && { ca }),
      ...(pin !== undefined && pinned(pin)),
    });
    await this.#greet(socket);
    if (this.#state === 'closed') socket.terminate();
  }

  /** In the turn of the greeting: what the hub sends next may be there already. */
  #sit(socket: WebSocket, welcome: Welcome): void {
    this.#socket = socket;
    if (!welcome.resumed) this.#beginAnew();
    const watch = new Watch(this.#options.clock, () => socket.terminate());
    socket.on('ping', () => watch.hear());
    socket.on('message', (data) => {
      watch.hear();
      const parcel = unpack(String(data));
      if (parcel) this.#link.receive(parcel);
      else socket.close(closings.garbled);
    });
    socket.on('close', () => {
      watch.close();
      this.#cutOff(socket);
    });
    const carrier = {
      send: (text: string) => socket.send(text),
      waitingBytes: () => socket.bufferedAmount,
    };
    this.#link.attach(carrier, welcome.received);
    this.#options.onState?.('connected');
  }

  #greet(socket: WebSocket): Promise<void> {
    const { url, name } = this.#options;
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        const hello: Hello = {
          ...{ troupe: protocolVersion, name, session: this.#session },
          received: this.#link.received,
        };
        socket.send(JSON.stringify(hello));
      });
      socket.on('error', (error) => reject(notReached(url, error.message)));
      socket.once('close', (code) => reject(closedAtOnce(url, code)));
      socket.once('message', (data) => {
        const welcome = readGreeting(welcomeSchema, String(data));
        if (typeof welcome !== 'string') {
          this.#sit(socket, welcome);
          return resolve();
        }
        socket.terminate();
        reject(otherVersion(url));
      });
    });
  }

  /** A hub that knows nothing of us: whatever counts is said again; who heard it knows it. */
  #beginAnew(): void {
    const unsent = this.#link.waiting;
    this.#link = this.#newLink();
    this.#declare();
    const isSaid = ({ kind }: Frame): boolean => kind === 'publish' || kind === 'ask';
    for (const frame of unsent.filter(isSaid)) this.#link.push(frame);
  }

  /**
   * What waits is more than is kept, or makes no sense to the hub: it is let go, and said so. The
   * next session knows nothing of this one.
   */
  #breakOff(why: 'slow' | 'garbled'): void {
    this.#link.detach();
    this.#session = randomName(this.#options.random, 32);
    this.#link = this.#newLink();
    this.#declare();
    const message = `the hub did not take what waited for it (${why}): it was let go`;
    this.#options.onRefused?.({ code: 'bus.full', message });
    this.#questions.giveUp(new UserError('bus.full', message, 'ask again when it is back'));
    this.#socket?.terminate();
  }

  /** What a hub that knows nothing of us has to know. */
  #declare(): void {
    for (const pattern of this.#patterns.keys()) this.#link.push({ kind: 'subscribe', pattern });
    for (const address of this.#own) this.#link.push({ kind: 'answer', address });
  }

  #cutOff(socket: WebSocket): void {
    if (this.#socket !== socket || this.#state === 'closed') return;
    this.#socket = null;
    this.#link.detach();
    this.#options.onState?.('cut-off');
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const { clock } = this.#options;
    for (let pauseMs = pauses.firstMs; this.#state === 'open'; ) {
      await sleep(clock, pauseMs);
      if (this.#state !== 'open') return;
      try {
        return await this.#dial();
      } catch (error) {
        if (isFinal(error)) return this.#shutOut(error);
        pauseMs = Math.min(pauses.maxMs, pauseMs * pauses.factor);
      }
    }
  }

  #shutOut(error: UserError): void {
    if (this.#state === 'closed') return;
    this.#end(error);
    this.#options.onShutOut?.(error);
  }

  #untilClosed(subscription: Subscription, pattern: string): Subscription {
    return withLeaving(subscription, () => {
      const count = (this.#patterns.get(pattern) ?? 1) - 1;
      if (count > 0) return void this.#patterns.set(pattern, count);
      this.#patterns.delete(pattern);
      if (this.#state === 'open') this.#link.push({ kind: 'unsubscribe', pattern });
    });
  }
}

/** The one who asks has a deadline of its own; this only lets go of what nobody waits for. */
const answerWithinMs = 3_600_000;
