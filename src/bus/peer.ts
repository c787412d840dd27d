/**
 * One who joined a hub: its link, its socket while it has one, and the questions it was asked.
 *
 * Invariant: whoever asked it something gets one answer, also when it is gone.
 */

import type { WebSocket } from 'ws';
import type { EventObject } from 'xstate';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Envelope } from './bus.ts';
import { type Frame, type Parcel, type Refusal, tooLarge } from './frames.ts';
import { closings } from './greeting.ts';
import { tooLate } from './in-process.ts';
import { Link } from './link.ts';
import type { Pass } from './pass.ts';
import { Questions } from './questions.ts';

export interface PeerOptions {
  readonly clock: Clock;
  readonly pass: Pass;
  readonly leaseMs: number;
  readonly waitingMax?: number;
  readonly take: (frame: Frame) => void;
  /** It was cut off, and did not come back in time. */
  readonly onGone: () => void;
  readonly onBroken: (why: 'slow' | 'garbled' | 'flooding') => void;
}

export class Peer {
  readonly pass: Pass;
  readonly #options: PeerOptions;
  readonly #link: Link;
  readonly #questions: Questions;
  #socket: WebSocket | null = null;
  #isHeard = true;
  #left: number;
  /** The last turn in which something was published to it. */
  #told = 0;
  #countedMs: number;
  #lease: (() => void) | null = null;

  constructor(options: PeerOptions) {
    const { pass, clock, take, onBroken, waitingMax } = options;
    this.#options = options;
    this.pass = pass;
    this.#link = new Link({
      clock,
      take,
      onBroken,
      onTooLarge: (frame) => this.#refuse(frame),
      ...(waitingMax !== undefined && { waitingMax }),
    });
    this.#questions = new Questions(clock);
    this.#left = pass.rate?.atOnce ?? 0;
    this.#countedMs = clock.elapsed();
  }

  get received(): number {
    return this.#link.received;
  }

  /** A socket before this one is closed: a session has one at a time. */
  attach(socket: WebSocket, arrived: number): void {
    this.#socket?.close(closings.replaced);
    this.#lease?.();
    this.#socket = socket;
    this.#isHeard = true;
    socket.on('pong', () => {
      this.#isHeard = true;
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#cutOff();
    });
    const carrier = {
      send: (text: string) => socket.send(text),
      waitingBytes: () => socket.bufferedAmount,
    };
    this.#link.attach(carrier, arrived);
  }

  receive(parcel: Parcel): void {
    this.#isHeard = true;
    if (this.#floods(parcel.frames.length)) return this.#options.onBroken('flooding');
    this.#link.receive(parcel);
  }

  /** As a bucket that fills up with time: what is not used is kept up to a limit. */
  #floods(frames: number): boolean {
    const { rate } = this.pass;
    if (!rate) return false;
    const nowMs = this.#options.clock.elapsed();
    const since = ((nowMs - this.#countedMs) / 1_000) * rate.perSecond;
    this.#left = Math.min(rate.atOnce, this.#left + since) - frames;
    this.#countedMs = nowMs;
    return this.#left < 0;
  }

  /** The same turn comes once for each of its patterns that fits. */
  publish(envelope: Envelope, turn: number): void {
    if (turn === this.#told) return;
    this.#told = turn;
    this.push({ kind: 'publish', envelope });
  }

  push(frame: Frame): void {
    this.#link.push(frame);
  }

  refuse(id: number, refusal: Refusal): void {
    this.push({ kind: 'refuse', id, refusal });
  }

  reply(id: number, event: EventObject): void {
    this.push({ kind: 'reply', id, event });
  }

  /** What is too large for it to read: whoever waits for it is told. */
  #refuse(frame: Frame): void {
    const refusal = tooLarge(frame);
    if (frame.kind === 'ask') this.settle({ kind: 'refuse', id: frame.id, refusal });
    if (frame.kind === 'reply') this.refuse(frame.id, refusal);
  }

  ask(envelope: Envelope, deadlineMs: number): Promise<EventObject> {
    const late = () => tooLate(envelope.to, deadlineMs);
    const { id, answer } = this.#questions.put(deadlineMs, late);
    this.push({ kind: 'ask', id, envelope });
    return answer;
  }

  settle(frame: Extract<Frame, { kind: 'reply' | 'refuse' }>): void {
    this.#questions.settle(frame);
  }

  /** Sees whether it is still there; one that said nothing since the last time is cut off. */
  beat(): void {
    if (!this.#socket) return;
    if (!this.#isHeard) return this.#socket.terminate();
    this.#isHeard = false;
    this.#socket.ping();
  }

  close(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#lease?.();
    this.#link.detach();
    socket?.close(code);
  }

  /** Nobody waits for its answers any more. */
  forsake(): void {
    const message = `${this.pass.name} is gone`;
    this.#questions.giveUp(new UserError('bus.gone', message, 'ask again when it is back'));
  }

  #cutOff(): void {
    this.#socket = null;
    this.#link.detach();
    const { clock, leaseMs, onGone } = this.#options;
    this.#lease = clock.at(clock.now() + leaseMs, onGone);
  }
}
