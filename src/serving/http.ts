/** One HTTP request: let in by the gate, then a file of the page, or the house's answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { answer } from './api.ts';
import type { Gate, Visit } from './gate.ts';
import type { House } from './house.ts';
import type { Pages } from './pages.ts';
import { strangersPage } from './strangers-page.ts';
import type { Problem } from './wire.ts';

export const bodyMaxBytes = 1024 * 1024;

export interface HttpParts {
  readonly gate: Gate;
  readonly house: House;
  readonly pages: Pages;
}

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function visitOf({ headers, url = '/' }: IncomingMessage): Visit {
  const { host, origin, cookie, authorization } = headers;
  return { host, origin, cookie, authorization, token: addressOf(url).searchParams.get('token') };
}

/** Never throws, whatever was sent. */
function addressOf(url: string): URL {
  return URL.canParse(url, 'http://troupe')
    ? new URL(url, 'http://troupe')
    : new URL('http://troupe');
}

export async function serveRequest(
  { gate, house, pages }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const address = addressOf(request.url ?? '/');
  const verdict = gate.judge(visitOf(request));
  switch (verdict.kind) {
    case 'refused':
      return send(response, 403, problem('serve.refused', verdict.why));
    case 'stranger':
      if (isApi(address)) return send(response, 401, problem('serve.no-token', verdict.why));
      return sendText(response, 401, strangersPage);
    case 'welcome':
      response.setHeader('set-cookie', verdict.cookie);
      return redirect(response, address);
    case 'in':
      if (address.pathname === metricsPath) return serveMetrics(house, response);
      if (address.pathname === healthPath) return serveHealth(house, response);
      return isApi(address)
        ? serveApi(house, request, response, address)
        : servePage(pages, request, response, address);
  }
}

const metricsPath = '/metrics';
const healthPath = '/health';
/** Below this, whoever watches over services should do something. */
const wellAt = 50;

/** What programs ask for: they are told in JSON that they have no token. */
const isApi = ({ pathname }: URL): boolean =>
  pathname.startsWith('/api/') || [metricsPath, healthPath].includes(pathname);

function serveHealth(house: House, response: ServerResponse): void {
  const status = house.status();
  response.setHeader('cache-control', 'no-store');
  send(response, status.score >= wellAt ? 200 : 503, status);
}

async function serveMetrics(house: House, response: ServerResponse): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
  response.writeHead(200).end(await house.metrics());
}

/** To the same place without the token, so that it stays in no history. */
function redirect(response: ServerResponse, address: URL): void {
  address.searchParams.delete('token');
  response.setHeader('location', `${address.pathname}${address.search}`);
  response.setHeader('cache-control', 'no-store');
  response.writeHead(303).end();
}

async function servePage(
  pages: Pages,
  { method }: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    return send(response, 405, problem('serve.method', `${method} is not for pages`));
  }
  const file = await pages.file(pathname);
  if (!file) {
    const why =
      pathname === '/' ? 'the page was not built: npm run build' : 'there is no such file';
    return send(response, 404, problem('serve.no-file', why));
  }
  const age = file.isFixed ? 'public, max-age=31536000, immutable' : 'no-store';
  response.setHeader('cache-control', age);
  response.setHeader('content-type', file.type);
  response.writeHead(200);
  response.end(method === 'HEAD' ? undefined : file.body);
}

async function serveApi(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  address: URL,
): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  try {
    const { method = 'GET' } = request;
    const path = address.pathname.slice('/api/'.length).split('/').map(decode);
    const body = method === 'GET' ? undefined : await bodyOf(request);
    const by = house.troupe.config.user;
    const asked = { method, path, query: address.searchParams, body, by };
    send(response, 200, await answer(house, asked));
  } catch (error) {
    const known = isUserError(error);
    const text = error instanceof Error ? error.message : String(error);
    const { code, message, hint } = known ? error : broken(text);
    send(response, known ? statusOf(error) : 500, { code, message, hint });
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UserError('api.unreadable', `"${part}" is no part of an address`, 'encode it');
  }
}

/** A form of another page can't send this type without being asked about it first. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(type)) {
    throw new UserError('api.unreadable', 'the body must be JSON', 'send application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyMaxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new UserError('api.unreadable', 'the body is no JSON', 'send a JSON object');
  }
}

const tooLarge = (): UserError =>
  new UserError('api.too-large', `a body has at most ${bodyMaxBytes} bytes`, 'send less');

function statusOf({ code }: UserError): number {
  if (code === 'api.too-large') return 413;
  return /\.(unknown|no-file)$/.test(code) ? 404 : 400;
}

const broken = (message: string): Problem => {
  const hint = 'try again; if it stays so, start troupe serve again: no run is lost';
  return { code: 'serve.broken', message, hint };
};

const problem = (code: string, message: string): Problem => ({
  ...{ code, message, hint: 'open the address that troupe serve has printed' },
});

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.end();
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.writeHead(status);
  response.end(JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, html: string): void {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.writeHead(status);
  response.end(html);
}
