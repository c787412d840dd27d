/** Serves a host over streamable HTTP, to clients of both kinds, behind a token. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { assertNever } from '../../machines/errors.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { Gate } from '../serving/gate.ts';
import type { RunHost } from './run-host.ts';
import { createMcpServer } from './server.ts';
import { Sessions } from './sessions.ts';

export interface HttpOptions {
  readonly host: RunHost;
  /** 0 takes one that is free. */
  readonly port: number;
  readonly token: string;
  readonly random: Random;
  readonly clock: Clock;
}

export interface HttpServed {
  readonly url: string;
  close(): Promise<void>;
}

const path = '/mcp';
const address = '127.0.0.1';
const bodyBytesMax = 10_000_000;
const connectionsMax = 500;

export async function serveOverHttp(options: HttpOptions): Promise<HttpServed> {
  const { host, port, token, random, clock } = options;
  const sessions = new Sessions({ host, random, clock });
  const modern = createMcpHandler(() => createMcpServer(host), {
    legacy: 'reject',
    maxRequestBodySize: bodyBytesMax,
  });
  const server = createServer();
  server.maxConnections = connectionsMax;
  await listen(server, port);
  const bound = portOf(server);
  const gate = new Gate({ token, scheme: 'http', port: bound, host: address });
  server.on('request', (req, res) => {
    if (!admit(gate, req, res)) return;
    if (new URL(req.url ?? '/', 'http://host').pathname !== path) {
      return refuse(res, 404, `MCP is served under ${path}`);
    }
    answer(req as Asked, res, { sessions, modern }).catch((error: unknown) => fail(res, error));
  });
  return {
    url: `http://${address}:${bound}${path}`,
    async close() {
      await Promise.all([sessions.close(), modern.close()]);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Programs bring the token with every request: neither an address nor a cookie will do. */
function admit(gate: Gate, { headers }: IncomingMessage, res: ServerResponse): boolean {
  const { host, origin, authorization } = headers;
  const verdict = gate.judge({ host, origin, authorization, cookie: undefined, token: null });
  switch (verdict.kind) {
    case 'in':
      return true;
    case 'refused':
      refuse(res, 403, verdict.why);
      return false;
    case 'stranger':
    case 'welcome':
      refuse(res, 401, 'send the token as "Authorization: Bearer TOKEN"');
      return false;
    default:
      return assertNever(verdict);
  }
}

interface Ways {
  readonly sessions: Sessions;
  readonly modern: McpHttpHandler;
}

/** A server's own requests always have both. */
type Asked = IncomingMessage & { readonly method: string; readonly url: string };

async function answer(req: Asked, res: ServerResponse, ways: Ways): Promise<void> {
  const body = req.method === 'POST' ? await readBody(req) : undefined;
  if (body === tooLarge) return refuse(res, 413, `a request has at most ${bodyBytesMax} bytes`);
  const probe = await toWebRequest(req, body);
  if (!(await isLegacyRequest(probe, body))) return toNodeHandler(ways.modern)(req, res, body);
  if (await ways.sessions.serve(req, res, body)) return;
  refuse(res, 404, 'this session is over: begin a new one');
}

const tooLarge = Symbol('too large');

/** Undefined for what is no JSON: the protocol has its own words for that. */
async function readBody(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}

function refuse(res: ServerResponse, status: number, message: string): void {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer realm="troupe"' } : {};
  res.writeHead(status, { ...headers, ...challenge });
  res.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }));
}

function fail(res: ServerResponse, error: unknown): void {
  if (res.headersSent) return void res.destroy();
  refuse(res, 500, error instanceof Error ? error.message : String(error));
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, address);
    await once(server, 'listening');
  } catch (error) {
    const message = `port ${port} can't be listened on: ${(error as Error).message}`;
    throw new UserError('mcp.port', message, 'name another one with --port, or 0 for any');
  }
}

function portOf(server: Server): number {
  const at = server.address();
  return typeof at === 'object' && at ? at.port : 0;
}
