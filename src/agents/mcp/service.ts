/** An attempt by an MCP server that somebody else runs: over streamable HTTP, with headers. */
import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type Fault, noOutput, noUsage, type Outcome } from '../../../machines/outcome.ts';
import { sleep } from '../../kernel/clock.ts';
import type { AgentWorld, Assignment } from '../agent.ts';
import { Bout } from '../bout.ts';
import { crashed } from '../closing.ts';
import { cancelled } from '../faults.ts';
import type { Environment } from '../processes/environment.ts';
import { callOver, type ToolCall } from './call.ts';

export interface Service {
  readonly url: string;
  /** `${NAME}` stands for a variable. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ServiceOptions extends ToolCall {
  readonly service: Service;
  readonly runFolder: string;
  /** What the plan adds to the role's environment, as far as it is known before an attempt. */
  readonly env?: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly startWithinMs: number;
  readonly silenceMs: number;
}

/** A server that does not say goodbye is not waited for longer. */
const goodbyeMs = 1_000;

/** What would make every attempt fail is told before the first. */
export function unready({ service, env = {}, environment, isPaid }: ServiceOptions): Fault | null {
  // What an account lends is only known to an attempt.
  if (isPaid) return null;
  const known = { ...environment, ...env };
  const missing = variablesIn(service).find((name) => !known[name]);
  if (missing === undefined) return null;
  const message = `${service.url} is sent ${missing}, which is not set: export ${missing}=...`;
  return { code: 'agent.unauthorized', message, retryable: false };
}

/** Never rejects. */
export function workAtService(
  assignment: Assignment,
  world: AgentWorld,
  options: ServiceOptions,
): Promise<Outcome> {
  return work(assignment, world, options).catch(crashed);
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: ServiceOptions,
): Promise<Outcome> {
  if (world.cancellation.isRequested) {
    const nothing = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
    return { kind: 'failed', fault: cancelled(), ...nothing };
  }
  const { runFolder, startWithinMs, silenceMs, service, tool } = options;
  const hintFor = ({ kind }: { readonly kind: string }): string =>
    kind === 'auth' ? 'see "headers" of its role' : '';
  const bout = await Bout.open(assignment, world, { runFolder, startWithinMs, silenceMs, hintFor });
  const { attention, signal } = bout;
  const transport = await transportTo(service, headersFor(assignment, options));
  const calling = callOver(transport, { attention, assignment, signal }, options);
  await Promise.race([calling, aborted(signal)]);
  await part(transport, world);
  const summary = `${tool} of ${service.url} was called`;
  return bout.close({ summary, facts: { tool, url: service.url }, limits: null });
}

async function transportTo({ url }: Service, headers: Record<string, string>) {
  const { StreamableHTTPClientTransport: Transport } = await import('@modelcontextprotocol/client');
  // Whoever is sent on to another place would take the headers along.
  const requestInit = { headers, redirect: 'error' } as const;
  return answersAll(new Transport(new URL(url), { requestInit }));
}

/** The SDK waits on for an answer whose connection has ended: that would be told as silence. */
function answersAll(transport: StreamableHTTPClientTransport): StreamableHTTPClientTransport {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const id = 'method' in message && 'id' in message ? message.id : undefined;
    const onRequestStreamEnd = (): void => {
      options?.onRequestStreamEnd?.();
      if (id === undefined) return;
      // Of a request that was answered, nobody waits for this.
      const error = { code: brokenOff, message: 'the connection broke off before the answer' };
      transport.onmessage?.({ jsonrpc: '2.0', id, error });
    };
    return send(message, { ...options, onRequestStreamEnd });
  };
  return transport;
}

/** Of those that the protocol leaves to whoever implements it. */
const brokenOff = -32_000;

/** Tells the server that the session is over, and leaves. */
async function part(
  transport: StreamableHTTPClientTransport,
  { clock }: AgentWorld,
): Promise<void> {
  const leaving = new AbortController();
  const goodbye = transport.terminateSession().catch(() => {});
  await Promise.race([goodbye, sleep(clock, goodbyeMs, leaving.signal)]);
  leaving.abort();
  await transport.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const variable = /\$\{(\w+)\}/g;

const variablesIn = ({ headers }: Service): readonly string[] =>
  Object.values(headers).flatMap((text) =>
    [...text.matchAll(variable)].map(([, name = '']) => name),
  );

/** What an account lends comes first, then the plan's, then the machine's. */
function headersFor(
  { env }: Assignment,
  { service, environment, env: own = {} }: ServiceOptions,
): Record<string, string> {
  const lookUp = (name: string): string => env[name] ?? own[name] ?? environment[name] ?? '';
  const filled = (text: string): string =>
    text.replace(variable, (_, name: string) => lookUp(name));
  return Object.fromEntries(
    Object.entries(service.headers).map(([name, text]) => [name, filled(text)]),
  );
}
