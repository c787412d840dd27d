/**
 * The house over HTTP and WebSocket, on one port.
 *
 * Owns: the server, its sockets, the feeds, and the beat to which feeds look for news.
 * Invariants:
 * - one server for a home: the second one is told who is the first;
 * - beyond this machine it speaks only by TLS, or when a person has said that it may do without;
 * - connections, frames and bodies are bounded; who does not answer is let go;
 * - when it is closed nothing of it is left: no socket, no timer, no file.
 */
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Troupe } from '../app.ts';
import type { ClusterWish } from '../cluster/wish.ts';
import type { KeptRuns } from '../intake/kept-runs.ts';
import { lockOwner, takeLock } from '../journal/lock.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import type { ServeWish } from '../plan/project/serve-shapes.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';
import { Feeds } from './feeds.ts';
import { Gate } from './gate.ts';
import { House } from './house.ts';
import { serveRequest, visitOf } from './http.ts';
import { addressOf, type HousePlace, houseFolder, housePlace, shownHost } from './neighbour.ts';
import { Pages } from './pages.ts';

export interface ServeOptions {
  /** 0: whichever is free. */
  readonly port?: number;
  readonly host?: string;
  /** Files in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Beyond this machine without TLS. */
  readonly insecure?: boolean;
  /** Where the page's files are; default: where the build puts them. */
  readonly pages?: string;
  /** Keeps the home to itself, so that others find it; a page for one run does not. */
  readonly keepsHouse?: boolean;
  /** Where a persistent house notes what it goes on with. */
  readonly kept?: KeptRuns;
  /** What a persistent house does; left out: it is none. */
  readonly wish?: ServeWish;
  /** Runs are shared with the other nodes at these servers; left out: with nobody. */
  readonly nats?: ClusterWish;
}

export interface Serving {
  readonly house: House;
  readonly port: number;
  readonly token: string;
  /** To be opened by the person; holds the token. `run`: the page of this run. */
  address(run?: string): string;
  /** The runs it works on stop, gently; they can be resumed. */
  close(): Promise<void>;
}

const defaultPort = 4_870;
const connectionsMax = 256;
const tokenCharacters = 40;
const patienceMs = 30_000;

export async function openServer(
  troupe: Troupe,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  options: ServeOptions = {},
): Promise<Serving> {
  const { host = '127.0.0.1', port = defaultPort } = options;
  refuseBare(host, options);
  const lock = options.keepsHouse === false ? null : takeHouse(troupe.config.home);
  const token = randomName(random, tokenCharacters);
  const house = new House(troupe, clock, options.kept);
  const server = serverFor(options);
  const sockets = new Set<Socket>();
  server.maxConnections = connectionsMax;
  server.headersTimeout = patienceMs;
  server.requestTimeout = patienceMs;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  try {
    await listen(server, host, port);
  } catch (error) {
    lock?.release();
    throw error;
  }
  const bound = (server.address() as AddressInfo).port;
  const scheme = options.tls ? 'https' : 'http';
  const gate = new Gate({ token, scheme, port: bound, host });
  const feeds = new Feeds(house, clock);
  const parts = { gate, house, pages: new Pages(options.pages) };
  server.on('request', (request, response) => {
    serveRequest(parts, request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    if (gate.judge(visitOf(request)).kind === 'in') feeds.admit(request, socket, head);
    else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  });
  if (lock) house.keepMemory();
  const place: HousePlace = { port: bound, scheme, host: shownHost(host), token };
  const note = lock && announce(troupe.config.home, place);
  return {
    house,
    port: bound,
    token,
    address: (run) => addressOf(place, run),
    async close() {
      feeds.close();
      server.close();
      for (const socket of sockets) socket.destroy();
      await house.close();
      if (note) rmSync(note, { force: true });
      lock?.release();
    },
  };
}

function serverFor({ tls }: ServeOptions): Server {
  if (!tls) return createServer();
  try {
    const [cert, key] = [readFileSync(tls.cert), readFileSync(tls.key)];
    return createSecureServer({ cert, key }) as unknown as Server;
  } catch (error) {
    const message = `the certificate or its key can't be used: ${(error as Error).message}`;
    throw new UserError('serve.certificate', message, 'name two PEM files: --cert and --key');
  }
}

function refuseBare(host: string, { tls, insecure }: ServeOptions): void {
  const isLocal = /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  if (isLocal || tls || insecure) return;
  const message = `${host} can be reached by others, who could read along without TLS`;
  const hint = 'give it --cert and --key, or say --insecure; or leave --host out';
  throw new UserError('serve.bare', message, hint);
}

function takeHouse(home: string) {
  const folder = houseFolder(home);
  ensureFolder(folder);
  try {
    return takeLock(folder);
  } catch (error) {
    if (!isUserError(error)) throw error;
    const pid = lockOwner(folder)?.pid;
    const message = `a server keeps this home already${pid ? `: process ${pid}` : ''}`;
    const stop = pid ? `stop it first: kill ${pid}` : 'stop it first';
    const hint = `see its page: troupe serve --address; or ${stop}; or use another --home`;
    throw new UserError('serve.taken', message, hint);
  }
}

/** For programs of the same person; whoever may read it may come in. */
function announce(home: string, place: HousePlace): string {
  const path = housePlace(home);
  writeWhole(path, `${JSON.stringify(place)}\n`, { mode: 0o600 });
  return path;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = 'name another one with --port, or --port 0 for any that is free';
    if (code === 'EADDRINUSE') {
      throw new UserError('serve.port-taken', `port ${port} is in use`, hint);
    }
    throw new UserError('serve.no-port', `${host}:${port} can't be used: ${message}`, hint);
  }
}
