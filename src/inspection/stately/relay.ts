/**
 * A page on this machine that hands a run to the Stately inspector, and the socket behind it.
 *
 * Owns: the server, its sockets, and the backlog that each new listener hears first.
 * Invariants:
 * - it listens on this machine alone, and lets nobody in without the token (see serving/gate.ts);
 * - a listener that is too slow is sent away: it comes back, and hears the backlog again;
 * - sockets and frames are bounded; when it is closed nothing of it is left.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { type Random, randomName } from '../../kernel/random.ts';
import { UserError } from '../../kernel/user-error.ts';
import { Gate, type Verdict, type Visit } from '../../serving/gate.ts';
import { Backlog } from './backlog.ts';
import { relayPage, relayScript, relayStyle } from './page.ts';
import type { WireMessage } from './wire.ts';

export interface RelayOptions {
  readonly run: string;
  /** 0: whichever is free. */
  readonly port: number;
  /** Where the inspector is. */
  readonly inspectorUrl: string;
}

export const statelyInspector = 'https://stately.ai/inspect';
const host = '127.0.0.1';
const tokenCharacters = 40;
const connectionsMax = 64;
const listenersMax = 16;
/** What waits for one listener. */
const waitingMaxBytes = 8 * 1024 * 1024;
/** It only listens: whatever it says is short. */
const frameMaxBytes = 4 * 1024;

export class Relay {
  readonly token: string;
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #feed = new WebSocketServer({ noServer: true, maxPayload: frameMaxBytes });
  readonly #backlog = new Backlog();
  #gate: Gate | null = null;

  private constructor(options: RelayOptions, random: Random) {
    this.#options = options;
    this.token = randomName(random, tokenCharacters);
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.maxConnections = connectionsMax;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket: Socket, head) => {
      this.#upgrade(request, socket, head);
    });
  }

  static async open(options: RelayOptions, random: Random): Promise<Relay> {
    const relay = new Relay(checked(options), random);
    relay.#server.listen(options.port, host);
    await once(relay.#server, 'listening').catch((error: NodeJS.ErrnoException) => {
      throw unreachable(options.port, error);
    });
    const { port, token } = relay;
    relay.#gate = new Gate({ token, scheme: 'http', port, host });
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** To be opened by the person; holds the token. */
  get address(): string {
    return `http://${host}:${this.port}/?token=${this.token}`;
  }

  tell(message: WireMessage): void {
    this.#backlog.add(message);
    const text = JSON.stringify(message);
    for (const listener of this.#feed.clients) {
      if (listener.bufferedAmount > waitingMaxBytes) listener.terminate();
      else if (listener.readyState === WebSocket.OPEN) listener.send(text);
    }
  }

  async close(): Promise<void> {
    for (const listener of this.#feed.clients) listener.terminate();
    this.#feed.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #judge(request: IncomingMessage): Verdict {
    return this.#gate?.judge(visitOf(request)) ?? { kind: 'refused', why: 'it is not open yet' };
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const verdict = this.#judge(request);
    const isIn = verdict.kind === 'in' || verdict.kind === 'welcome';
    const isFeed = addressOf(request.url ?? '/').pathname === '/feed';
    if (!isIn || !isFeed || this.#feed.clients.size >= listenersMax) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#feed.handleUpgrade(request, socket, head, (listener) => {
      listener.on('error', () => listener.terminate());
      for (const message of this.#backlog.all()) listener.send(JSON.stringify(message));
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = new URL(this.#options.inspectorUrl);
    for (const [name, value] of headersFor(origin)) response.setHeader(name, value);
    const verdict = this.#judge(request);
    switch (verdict.kind) {
      case 'welcome':
        response.setHeader('set-cookie', verdict.cookie);
        response.writeHead(303, { location: '/' }).end();
        return;
      case 'in':
        return this.#serve(request, response);
      case 'stranger':
        response.writeHead(401, plain).end('Open the address that was printed, with its token.\n');
        return;
      case 'refused':
        response.writeHead(403, plain).end(`${verdict.why}\n`);
        return;
    }
  }

  #serve({ url, method }: IncomingMessage, response: ServerResponse): void {
    const { inspectorUrl, run } = this.#options;
    const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
      '/': ['text/html; charset=utf-8', relayPage(inspectorUrl, run)],
      '/relay.js': ['text/javascript; charset=utf-8', relayScript],
      '/relay.css': ['text/css; charset=utf-8', relayStyle],
    };
    const file = method === 'GET' ? files[url ?? ''] : undefined;
    if (!file) {
      response.writeHead(404, plain).end('There is nothing here.\n');
      return;
    }
    response.writeHead(200, { 'content-type': file[0] }).end(file[1]);
  }
}

/** Never throws, whatever was sent. */
const addressOf = (url: string): URL =>
  URL.canParse(url, 'http://relay') ? new URL(url, 'http://relay') : new URL('http://relay');

function visitOf({ headers, url = '/' }: IncomingMessage): Visit {
  const { host, origin, cookie, authorization } = headers;
  return { host, origin, cookie, authorization, token: addressOf(url).searchParams.get('token') };
}

const plain = { 'content-type': 'text/plain; charset=utf-8' };

/** The page may show the inspector, and speak with us: nothing else. */
function headersFor(inspector: string): readonly (readonly [string, string])[] {
  const policy = [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
    ...[
      `frame-src ${inspector}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ],
  ];
  return [
    ['content-security-policy', policy.join('; ')],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['cache-control', 'no-store'],
  ];
}

function checked(options: RelayOptions): RelayOptions {
  const { inspectorUrl } = options;
  const url = URL.canParse(inspectorUrl) ? new URL(inspectorUrl) : null;
  if (url && ['http:', 'https:'].includes(url.protocol))
    return { ...options, inspectorUrl: url.href };
  const message = `"${inspectorUrl}" is no address of an inspector`;
  throw new UserError('inspect.url', message, `write it like ${statelyInspector}`);
}

function unreachable(port: number, { code, message }: NodeJS.ErrnoException): UserError {
  const why = code === 'EADDRINUSE' ? 'somebody else listens there' : message;
  return new UserError(
    'inspect.port',
    `port ${port} can't be had: ${why}`,
    'try another: --port 0',
  );
}
