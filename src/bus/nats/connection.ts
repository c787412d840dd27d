/** A connection to NATS servers, kept up until it is closed; what goes wrong is said in words. */
import { readFileSync } from 'node:fs';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
} from '@nats-io/transport-node';
import { isUserError, UserError } from '../../kernel/user-error.ts';

/** As `troupe.yaml` says it. */
export interface NatsPlace {
  /** `nats://host:4222`, `tls://...`, with `user:password@` or `token@` if need be. */
  readonly servers: readonly string[];
  /** A file of credentials, as `nsc` and `nk` make it. */
  readonly credentials?: string;
  /** Files in PEM; `ca` left out: the authorities of the machine. */
  readonly tls?: TlsFiles;
  /** Servers that keep each message: 1, or 3 of a cluster. */
  readonly replicas?: number;
  /** The first part of every subject and name; two that share servers have one each. */
  readonly prefix?: string;
  /** Hears what the servers do not let this user do, which they tell nobody else. */
  readonly onDenied?: (denied: Denied) => void;
}

export interface Denied {
  readonly what: 'publish' | 'subscribe';
  readonly subject: string;
}

interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export const defaultPrefix = 'troupe';

/** One that says nothing for twice as long is gone. */
const pingEachMs = 5_000;
const dialWithinMs = 5_000;
const pauses = { ms: 200, jitterMs: 100 };

/** Rejects with a UserError; once it is there, cuts are mended by themselves. */
export async function dial(place: NatsPlace, name: string): Promise<NatsConnection> {
  const servers = place.servers.map(readServer);
  try {
    const nc = await connect({
      ...optionsOf(place, servers),
      name,
      timeout: dialWithinMs,
      pingInterval: pingEachMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: pauses.ms,
      reconnectJitter: pauses.jitterMs,
      reconnectJitterTLS: pauses.jitterMs,
      ignoreAuthErrorAbort: true,
      // Else all that is said makes an error of where it was, in case it fails: half its cost.
      noAsyncTraces: true,
    });
    if (place.onDenied) void tellDenials(nc, place.onDenied);
    return nc;
  } catch (error) {
    throw isUserError(error) ? error : unreachable(servers, error);
  }
}

/** Makes something over a connection of its own, which is closed again where that fails. */
export async function dialFor<Made>(
  place: NatsPlace,
  name: string,
  make: (nc: NatsConnection) => Promise<Made>,
): Promise<Made> {
  const nc = await dial(place, name);
  try {
    return await make(nc);
  } catch (error) {
    await nc.close();
    throw error;
  }
}

async function tellDenials(nc: NatsConnection, tell: (denied: Denied) => void): Promise<void> {
  for await (const status of nc.status()) {
    const error = status.type === 'error' ? status.error : null;
    if (!(error instanceof errors.PermissionViolationError)) continue;
    const { operation, subject } = error;
    tell({ what: operation === 'subscription' ? 'subscribe' : 'publish', subject });
  }
}

/** What a message may have at most, as was said last: while cut off nobody says it. */
export function payloadMaxOf(nc: NatsConnection): () => number {
  let bytesMax = 0;
  const look = (): number => {
    bytesMax = nc.info?.max_payload ?? bytesMax;
    return bytesMax;
  };
  look();
  return look;
}

interface Server {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly isTls: boolean;
}

function optionsOf({ credentials, tls }: NatsPlace, servers: readonly Server[]): ConnectionOptions {
  const { user = '', password = '' } = servers.find((server) => server.user !== '') ?? {};
  return {
    servers: servers.map(({ host }) => host),
    ...(user !== '' && (password === '' ? { token: user } : { user, pass: password })),
    ...(credentials && { authenticator: credsAuthenticator(readPem(credentials)) }),
    ...((tls || servers.some(({ isTls }) => isTls)) && { tls: tlsOf(tls) }),
  };
}

function tlsOf({ ca, cert, key }: NonNullable<NatsPlace['tls']> = {}) {
  const text = (file: string): string => new TextDecoder().decode(readPem(file));
  return {
    ...(ca && { ca: text(ca) }),
    ...(cert && { cert: text(cert) }),
    ...(key && { key: text(key) }),
  };
}

function readServer(text: string): Server {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    if (!['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') throw noAddress(text);
    return {
      host: `${url.hostname}:${url.port || '4222'}`,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      isTls: url.protocol === 'tls:',
    };
  } catch {
    throw noAddress(text);
  }
}

/** What is before an @ is a secret, also where the rest makes no sense. */
function noAddress(text: string): UserError {
  const hint = 'write it as nats://host:4222, or tls://host:4222; in passwords % is %25, and @ %40';
  const shown = text.replace(/^(.*?:\/\/)?.*@/, '$1');
  return new UserError('nats.address', `"${shown}" is no address of a NATS server`, hint);
}

function readPem(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const message = `${file} can't be read: ${(error as Error).message}`;
    throw new UserError('nats.file', message, 'correct its path in troupe.yaml');
  }
}

function unreachable(servers: readonly Server[], error: unknown): UserError {
  const why = wordsOf(error);
  const where = servers.map(({ host }) => host).join(', ');
  const hint = /auth/i.test(why)
    ? 'the server wants other credentials: user:password@ in its address, or credentials: FILE'
    : /certificate|tls|ssl/i.test(why)
      ? 'name the authority of its certificate: tls: { ca: FILE }'
      : 'look whether a nats-server runs there; see: troupe nats check';
  return new UserError('nats.unreachable', `no NATS at ${where}: ${why}`, hint);
}

/** Some of its errors say what they mean only in their cause. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}
