/** All pages that look on: let in by the gate, beaten to, and let go when they do not answer. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../kernel/clock.ts';
import { Feed } from './feed.ts';
import type { House } from './house.ts';

/** News is on its way at most so long after it was written. */
const beatMs = 40;
const pingMs = 15_000;
const frameMaxBytes = 64 * 1024;
const viewersMax = 64;

interface Viewer {
  readonly feed: Feed;
  answeredAt: number;
}

export class Feeds {
  readonly #house: House;
  readonly #clock: Clock;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: frameMaxBytes });
  readonly #viewers = new Map<WebSocket, Viewer>();
  #cancel: (() => void) | null = null;
  #pingedAt = 0;

  constructor(house: House, clock: Clock) {
    this.#house = house;
    this.#clock = clock;
  }

  admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#viewers.size >= viewersMax) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (joined) => this.#join(joined));
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const socket of this.#viewers.keys()) socket.close(1001, 'the house closes');
    this.#server.close();
  }

  #join(socket: WebSocket): void {
    const feed = new Feed(this.#house, socket, this.#clock);
    const viewer: Viewer = { feed, answeredAt: this.#clock.now() };
    this.#viewers.set(socket, viewer);
    socket.on('pong', () => {
      viewer.answeredAt = this.#clock.now();
    });
    socket.on('message', (data, isBinary) => {
      feed.take(isBinary ? '' : String(data));
      feed.tick();
    });
    // What is wrong with a connection ends it: there is nobody to tell.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#viewers.delete(socket));
    if (this.#cancel === null) this.#beat();
  }

  /** As long as somebody looks. */
  #beat(): void {
    const now = this.#clock.now();
    if (this.#viewers.size === 0) {
      this.#cancel = null;
      return;
    }
    if (now > this.#pingedAt + pingMs) this.#ping(now);
    for (const { feed } of this.#viewers.values()) feed.tick();
    this.#cancel = this.#clock.at(now + beatMs, () => this.#beat());
  }

  #ping(now: number): void {
    this.#pingedAt = now;
    for (const [socket, { answeredAt }] of this.#viewers) {
      if (now > answeredAt + 3 * pingMs) socket.terminate();
      else socket.ping();
    }
  }
}
