/** A model on loopback that follows a script: it speaks four providers' protocols, also badly. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { framesOf, type Protocol, type Turn, typeOf } from './model-replies.ts';

/** What the server does with one request. */
export type Reply =
  | Turn
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** In place of the usual error in the body. */
      readonly error?: object;
    }
  /** The connection breaks in the middle of the answer. */
  | { readonly kind: 'cut' }
  /** The request is taken, and never answered. */
  | { readonly kind: 'silence' }
  /** An answer that is no answer. */
  | { readonly kind: 'nonsense' };

export interface ModelRequest {
  readonly protocol: Protocol;
  /** The whole body: what the agent put before the model. */
  readonly text: string;
  readonly tools: readonly string[];
  /** From 1, counting only requests of the agent's own work (those that offer tools). */
  readonly number: number;
}

/** Asked for every request of the agent's work. */
export type Script = (request: ModelRequest) => Reply;

export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

export async function openModelServer(script: Script): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request, response, requests, script).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  requests: ModelRequest[],
  script: Script,
): Promise<void> {
  const text = await bodyOf(request);
  const protocol = protocolOf(request.url ?? '');
  if (request.method !== 'POST' || protocol === null) return refuse(response, 404);
  const body = JSON.parse(text) as Body;
  const isStream = body.stream === true || request.url?.includes(':stream') === true;
  const tools = toolsOf(body);
  // Titles and the like: what an agent asks besides its work.
  if (tools.length === 0)
    return send(response, protocol, isStream, { kind: 'says', text: 'ok' }, 0);
  const asked = { protocol, text, tools, number: requests.length + 1 };
  requests.push(asked);
  return send(response, protocol, isStream, script(asked), asked.number);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function protocolOf(url: string): Protocol | null {
  if (/\/messages(\?|$)/.test(url)) return 'messages';
  if (/\/responses(\?|$)/.test(url)) return 'responses';
  if (/\/chat\/completions(\?|$)/.test(url)) return 'chat';
  return /:(streamG|g)enerateContent/.test(url) ? 'gemini' : null;
}

interface Body {
  readonly tools?: readonly Tool[];
  readonly stream?: boolean;
}

interface Tool {
  readonly name?: string;
  readonly function?: { readonly name: string };
  readonly functionDeclarations?: readonly { readonly name: string }[];
}

function toolsOf({ tools = [] }: Body): readonly string[] {
  return tools.flatMap(({ name, function: inner, functionDeclarations }) =>
    functionDeclarations
      ? functionDeclarations.map((each) => each.name)
      : [name ?? inner?.name ?? 'unnamed'],
  );
}

function send(
  response: ServerResponse,
  protocol: Protocol,
  isStream: boolean,
  reply: Reply,
  number: number,
): void {
  switch (reply.kind) {
    case 'status':
      return refuse(response, reply.status, reply.headers, reply.error);
    case 'silence':
      return;
    case 'nonsense':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"half": \n\ndata: 17\n\n');
      return;
    case 'cut': {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [first = ''] = framesOf(protocol, { kind: 'says', text: 'half' }, number);
      response.write(first, () => response.destroy());
      return;
    }
    case 'says':
    case 'calls':
      response.writeHead(200, { 'content-type': typeOf(protocol, isStream) });
      response.end(framesOf(protocol, reply, number).join(''));
  }
}

const kinds: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
};

function refuse(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  more: object = {},
): void {
  const type = kinds[status] ?? 'invalid_request_error';
  const error = { type, code: status, message: `scripted ${status}`, status: type, ...more };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ type: 'error', error }));
}
