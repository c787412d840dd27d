/** The protocol's own client of tasks, over our server, in both generations. */
import type { DispatchOptions, JsonRpcResponse } from '@modelcontextprotocol/ext-tasks/client';
import {
  createTaskSessionFromClient,
  type TaskEnabledSession,
} from '@modelcontextprotocol/ext-tasks/client';
import type { JsonValue } from '@modelcontextprotocol/ext-tasks/core';
import type { Era, Served } from './house-over-http.ts';

const protocolVersion = '2026-07-28';
const clientInfo = { name: 'test', version: '1' };
export const tasksExtension = 'io.modelcontextprotocol/tasks';

export async function taskSession(served: Served, era: Era): Promise<TaskEnabledSession> {
  const client = await served.client(era);
  const endpointId = served.server.url;
  if (era === 'legacy') return createTaskSessionFromClient(client, { endpointId });
  return createTaskSessionFromClient(client, {
    endpointId,
    rawDispatch: dispatcher(served),
    v2RequestFraming: { protocolVersion, clientInfo, clientCapabilities: {} },
  });
}

interface Asked {
  readonly method: string;
  readonly params?: { readonly name?: string; readonly taskId?: string } & Record<string, unknown>;
}

type Dispatch = (request: JsonValue, options?: DispatchOptions) => Promise<JsonRpcResponse>;

/** The SDK's own client hides what it does not know from its callers: this one sends it on. */
export function dispatcher({ server }: Served): Dispatch {
  let id = 0;
  return async (request, options = {}) => {
    const { method, params = {} } = request as unknown as Asked;
    id += 1;
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': protocolVersion,
        'mcp-method': method,
        ...((params.name ?? params.taskId) && { 'mcp-name': params.name ?? params.taskId ?? '' }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      ...(options.signal && { signal: options.signal }),
    });
    const { result, error } = answerIn(await response.text());
    if (error) return { kind: 'error', error };
    return { kind: 'result', result: result ?? null };
  };
}

interface Answer {
  readonly result?: JsonValue;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The last message of a stream of events, or the one that there is. */
function answerIn(text: string): Answer {
  const data = text.split('\n').filter((line) => line.startsWith('data: {'));
  return JSON.parse(data.at(-1)?.slice('data: '.length) ?? text) as Answer;
}

/** One request of the generation of 2026, from a client that knows tasks, or does not. */
export function askPlainly(
  served: Served,
  method: string,
  params: Record<string, JsonValue>,
  extensions: Record<string, JsonValue> = { [tasksExtension]: {} },
): Promise<JsonRpcResponse> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': protocolVersion,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': { extensions },
  };
  return dispatcher(served)({ method, params: { ...params, _meta } });
}
