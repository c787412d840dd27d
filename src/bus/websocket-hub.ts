/**
 * The middle of a bus between processes: passes messages on between those who joined, over ws.
 *
 * Owns: the peers, what each listens to and answers at, and the questions on their way.
 * Invariants:
 * - a peer speaks only as its pass allows; what it may not say is refused and told to it;
 * - a peer that is cut off keeps its place for `leaseMs`, then is gone: its questions are refused;
 * - a peer that reads too slowly is let go, and slows nobody else down.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EventObject } from 'xstate';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Answer, Bus, Envelope, SubscribeOptions, Subscription } from './bus.ts';
import {
  type Frame,
  frameBytesMax,
  protocolVersion,
  type Refusal,
  refusalOf,
  unpack,
} from './frames.ts';
import {
  closings,
  type Hello,
  helloSchema,
  nameHeader,
  readGreeting,
  type Welcome,
} from './greeting.ts';
import { InProcessBus } from './in-process.ts';
import { Listeners } from './listeners.ts';
import type { Pass } from './pass.ts';
import { Peer } from './peer.ts';

export interface HubOptions {
  readonly clock: Clock;
  /** Null: nobody with this token is let in, by the name by which it asks. Throws: not now. */
  readonly admit: (token: string, name: string) => Pass | null;
  /** In PEM; left out: without TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly leaseMs?: number;
  readonly heartbeatMs?: number;
  readonly peersMax?: number;
  /** Texts on their way to one peer. */
  readonly waitingMax?: number;
}

const greetWithinMs = 10_000;
/** Connections of those who have not joined: more are not taken. */
const strangersMax = 1_000;
const hubName = 'hub';

export class WebSocketHub implements Bus {
  readonly #options: Required<Omit<HubOptions, 'waitingMax' | 'tls'>> &
    Pick<HubOptions, 'waitingMax'>;
  readonly #local: InProcessBus;
  readonly #sockets: WebSocketServer;
  readonly #server: Server;
  /** By session. */
  readonly #peers = new Map<string, Peer>();
  readonly #readers = new Listeners<Peer>();
  /** Counts what was passed on. */
  #passed = 0;
  readonly #answering = new Map<string, Peer>();
  /** Addresses at which this process answers itself. */
  readonly #own = new Set<string>();
  #port = 0;
  #heartbeat: (() => void) | null = null;

  constructor(options: HubOptions) {
    const { leaseMs = 15_000, heartbeatMs = 5_000, peersMax = 2_000 } = options;
    this.#options = { ...options, leaseMs, heartbeatMs, peersMax };
    this.#local = new InProcessBus(options.clock);
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax });
    this.#server = serverFor(options.tls);
    // Those who are being greeted, or refused, beside those who are in.
    this.#server.maxConnections = peersMax + strangersMax;
    this.#server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head));
    this.#beat();
  }

  /** Port 0 takes one that is free; answers with the one that was taken. */
  listen(port: number, host = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      // It stays: one that can't be accepted, later, is no end of the hub.
      this.#server.on('error', (error) => {
        const message = `port ${port} can't be listened on: ${error.message}`;
        reject(new UserError('bus.port', message, 'name another one, or 0 for any'));
      });
      this.#server.listen(port, host, () => {
        const at = this.#server.address();
        this.#port = typeof at === 'object' && at ? at.port : port;
        resolve(this.#port);
      });
    });
  }

  /** 0 until it listens. */
  get port(): number {
    return this.#port;
  }

  /** The names of those who joined. */
  get peers(): readonly string[] {
    return [...this.#peers.values()].map(({ pass }) => pass.name);
  }

  publish(envelope: Envelope): void {
    this.#local.publish(envelope);
    this.#passOn(envelope, null);
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    return this.#local.subscribe(pattern, options);
  }

  answer(address: string, answer: Answer): () => void {
    if (this.#answering.has(address)) {
      throw new UserError('bus.taken', `somebody answers at ${address} already`, 'stop it first');
    }
    const stop = this.#local.answer(address, answer);
    this.#own.add(address);
    return () => {
      stop();
      this.#own.delete(address);
    };
  }

  request(envelope: Envelope, deadlineMs: number): Promise<EventObject> {
    const peer = this.#own.has(envelope.to) ? undefined : this.#answering.get(envelope.to);
    return peer ? peer.ask(envelope, deadlineMs) : this.#local.request(envelope, deadlineMs);
  }

  close(): void {
    this.#heartbeat?.();
    this.#local.close();
    for (const peer of this.#peers.values()) {
      peer.close(1_001);
      peer.forsake();
    }
    this.#peers.clear();
    this.#answering.clear();
    this.#readers.clear();
    this.#sockets.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [scheme = '', token = ''] = (req.headers.authorization ?? '').split(' ');
    const name = String(req.headers[nameHeader] ?? '');
    const pass = scheme.toLowerCase() === 'bearer' ? this.#admit(token, name) : null;
    if (!pass) return refuseUpgrade(socket, '401 Unauthorized');
    if (pass === 'not-now' || this.#sockets.clients.size >= this.#options.peersMax) {
      return refuseUpgrade(socket, '503 Service Unavailable');
    }
    this.#sockets.handleUpgrade(req, socket, head, (opened) => this.#greet(opened, pass));
  }

  /** Whoever is refused does not come again: a door that can't look is no refusal. */
  #admit(token: string, name: string): Pass | 'not-now' | null {
    try {
      return this.#options.admit(token, name);
    } catch {
      return 'not-now';
    }
  }

  /** Whoever says nothing is not waited for. */
  #greet(socket: WebSocket, pass: Pass): void {
    const { clock } = this.#options;
    const late = clock.at(clock.now() + greetWithinMs, () => socket.close(closings.garbled));
    socket.on('error', () => socket.terminate());
    socket.once('close', late);
    socket.once('message', (data) => {
      late();
      const hello = readGreeting(helloSchema, String(data));
      if (typeof hello === 'string') return socket.close(closings[hello]);
      if (hello.name !== pass.name) return socket.close(closings.refused);
      this.#seat(socket, pass, hello);
    });
  }

  #seat(socket: WebSocket, pass: Pass, hello: Hello): void {
    const known = this.#peers.get(hello.session);
    // A session is its owner's, whoever else has a token.
    if (known && known.pass.name !== pass.name) return socket.close(closings.refused);
    const peer = known ?? this.#newPeer(hello.session, pass);
    const welcome: Welcome = {
      troupe: protocolVersion,
      resumed: known !== undefined,
      received: peer.received,
    };
    socket.send(JSON.stringify(welcome));
    socket.on('message', (data) => {
      const parcel = unpack(String(data));
      if (parcel) peer.receive(parcel);
      else this.#dismiss(peer, closings.garbled);
    });
    // Of a session that begins anew nothing has arrived.
    peer.attach(socket, known ? hello.received : 0);
  }

  #newPeer(session: string, pass: Pass): Peer {
    const { clock, leaseMs, waitingMax } = this.#options;
    const peer: Peer = new Peer({
      ...{ clock, pass, leaseMs, ...(waitingMax !== undefined && { waitingMax }) },
      take: (frame) => this.#take(peer, frame),
      onGone: () => this.#forget(session, peer),
      onBroken: (why) => this.#dismiss(peer, closings[why]),
    });
    this.#peers.set(session, peer);
    return peer;
  }

  #take(peer: Peer, frame: Frame): void {
    switch (frame.kind) {
      case 'publish':
        if (!peer.pass.maySay(frame.envelope))
          return peer.refuse(0, mayNot('say', frame.envelope.to));
        this.#local.publish(frame.envelope);
        return this.#passOn(frame.envelope, peer);
      case 'subscribe':
        if (!peer.pass.mayHear(frame.pattern)) return peer.refuse(0, mayNot('hear', frame.pattern));
        return this.#readers.add(frame.pattern, peer);
      case 'unsubscribe':
        return this.#readers.delete(frame.pattern, peer);
      case 'answer':
        return this.#takeAnswering(peer, frame.address);
      case 'silence':
        if (this.#answering.get(frame.address) === peer) this.#answering.delete(frame.address);
        return;
      case 'ask':
        return this.#relay(peer, frame.id, frame.envelope);
      case 'reply':
      case 'refuse':
        return peer.settle(frame);
    }
  }

  #takeAnswering(peer: Peer, address: string): void {
    if (!peer.pass.mayAnswer(address)) return peer.refuse(0, mayNot('answer at', address));
    const holder = this.#answering.get(address);
    if (this.#own.has(address) || (holder && holder !== peer)) {
      return peer.refuse(0, {
        code: 'bus.taken',
        message: `somebody answers at ${address} already`,
      });
    }
    this.#answering.set(address, peer);
  }

  #relay(peer: Peer, id: number, envelope: Envelope): void {
    if (!peer.pass.maySay(envelope)) return peer.refuse(id, mayNot('say', envelope.to));
    this.request(envelope, relayWithinMs).then(
      (event) => peer.reply(id, event),
      (error: unknown) => peer.refuse(id, refusalOf(error)),
    );
  }

  /** To each once, however many of its patterns fit. */
  #passOn(envelope: Envelope, from: Peer | null): void {
    this.#passed += 1;
    const turn = this.#passed;
    this.#readers.visit(envelope.to, (peer) => {
      if (peer !== from) peer.publish(envelope, turn);
    });
  }

  #dismiss(peer: Peer, code: number): void {
    peer.close(code);
    for (const [session, each] of this.#peers) if (each === peer) this.#forget(session, peer);
  }

  #forget(session: string, peer: Peer): void {
    this.#peers.delete(session);
    this.#readers.forget(peer);
    for (const [address, each] of [...this.#answering]) {
      if (each === peer) this.#answering.delete(address);
    }
    peer.forsake();
  }

  #beat(): void {
    const { clock, heartbeatMs } = this.#options;
    this.#heartbeat = clock.at(clock.now() + heartbeatMs, () => {
      for (const peer of [...this.#peers.values()]) {
        if (peer.pass.holds?.() === false) this.#dismiss(peer, closings.refused);
        else peer.beat();
      }
      this.#beat();
    });
  }
}

function serverFor(tls: HubOptions['tls']): Server {
  const explain = (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(426).end('a WebSocket is spoken here\n');
  };
  const patience = {
    headersTimeout: greetWithinMs,
    connectionsCheckingInterval: greetWithinMs / 4,
  };
  if (!tls) return createServer(patience, explain);
  const { cert, key } = tls;
  const secure = { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: greetWithinMs } as const;
  return createSecureServer({ ...secure, ...patience }, explain) as unknown as Server;
}

/** The one who asks has a deadline of its own; this only lets go of what nobody waits for. */
const relayWithinMs = 3_600_000;

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const mayNot = (what: string, where: string): Refusal => ({
  code: 'bus.forbidden',
  message: `this ${hubName} does not let you ${what} ${where}`,
});
