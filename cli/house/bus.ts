/** A command that has agents elsewhere: opens the way there, says so, and closes it at the end. */
import { networkInterfaces } from 'node:os';
import {
  type HubNews,
  isUserError,
  type NatsHub,
  natsSetting,
  openIsolation,
  openNatsHub,
  openWorkerHub,
  type Troupe,
  UserError,
  type WorkerHub,
} from '../../src/index.ts';
import { err } from '../terminal/render.ts';
import { plural } from '../terminal/style.ts';
import { plainText } from '../terminal/text.ts';
import type { BusOptions } from './bus-address.ts';

/** With those who are wished for, for as long as `work` takes. */
export function amongWorkers<Answer>(
  troupe: Troupe,
  options: BusOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (options.isolate) return isolated(troupe, work);
  return options.bus ? atBus(troupe, options, work) : overNats(troupe, options, work);
}

/** Workers that share NATS servers with this command. */
async function overNats<Answer>(
  troupe: Troupe,
  options: BusOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const hub = await openNatsAt(troupe, options);
  try {
    return await work();
  } finally {
    await hub?.close();
  }
}

/** Servers that only the project names may be out of reach: then nobody works elsewhere. */
async function openNatsAt(troupe: Troupe, { nats }: BusOptions): Promise<NatsHub | null> {
  const setting = natsSetting(troupe.project, nats);
  if (!setting) return null;
  try {
    return await openNatsHub(troupe, { ...setting, onNews: sayNews });
  } catch (error) {
    if (nats !== undefined || !isUserError(error)) throw error;
    err.note(`Note: ${error.message}: agents work on this machine alone.\n`);
    return null;
  }
}

/** Keeps the hub for as long as `work` takes. */
async function atBus<Answer>(
  troupe: Troupe,
  options: BusOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const hub = await openBusAt(troupe, options);
  try {
    return await work();
  } finally {
    hub.close();
  }
}

/** Every agent in a process of its own, for as long as `work` takes. */
async function isolated<Answer>(troupe: Troupe, work: () => Promise<Answer>): Promise<Answer> {
  const isolation = await openIsolation(troupe);
  try {
    return await work();
  } finally {
    await isolation.close();
  }
}

export async function openBusAt(troupe: Troupe, options: BusOptions): Promise<WorkerHub> {
  const { host, port } = options.bus ?? { host: '127.0.0.1', port: 0 };
  const tls = tlsOf(options);
  const hub = await openWorkerHub(troupe, { host, port, ...(tls && { tls }), onNews: sayNews });
  const pin = hub.pin === null ? '' : ` --pin ${hub.pin}`;
  err.note(`Workers join at ${hub.url}: troupe worker --join ${hub.url}${pin} --token TOKEN\n`);
  const [own] = isEverywhere(host) ? addressesOfThisMachine() : [];
  if (own) err.note(`From other machines: ${hub.url.replace('127.0.0.1', own)}\n`);
  if (!hub.isPrivate) err.note(bare);
  return hub;
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Those by which others reach it, as far as it knows. */
function addressesOfThisMachine(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

const bare =
  'It speaks without TLS: whoever is on the way reads along, and accounts stay here. See --tls.\n';

/** One without the other would be no TLS at all, and nobody would notice. */
function tlsOf({ tls, cert, key }: BusOptions) {
  if (tls && (cert !== undefined || key !== undefined)) throw twoCertificates();
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return tls ? ('own' as const) : null;
  const missing = cert === undefined ? '--cert' : '--key';
  throw new UserError('bus.certificate', `for TLS ${missing} is missing`, 'name both PEM files');
}

function twoCertificates(): UserError {
  const message = '--tls makes a certificate, and --cert and --key bring one';
  return new UserError('bus.certificate', message, 'leave out one or the other');
}

export function sayNews(news: HubNews): void {
  if (!('worker' in news)) return sayOfTokens(news);
  const worker = plainText(news.worker);
  switch (news.type) {
    case 'worker.joined':
      return err.note(`${worker} has joined, with ${plural(news.places, 'place')}.\n`);
    case 'worker.left':
      return err.note(`${worker} has left.\n`);
    case 'worker.lost':
      return err.note(`${worker} is lost: its tasks are given to others.\n`);
    case 'worker.unlike': {
      const other = plainText(news.version);
      const same = 'use the same version on both sides';
      return err.note(`${worker} is Troupe ${other} and gets nothing from here: ${same}.\n`);
    }
  }
}

/** Whoever is here stays, as nobody can say whose token was revoked. */
function sayOfTokens(news: Exclude<HubNews, { readonly worker: string }>): void {
  switch (news.type) {
    case 'tokens.unreadable':
      err.note(`No worker is let in: ${plainText(news.message)}.\n`);
      return err.note(`  ${plainText(news.hint)}\n`);
    case 'tokens.readable':
      return err.note('The list of tokens can be read again: workers are let in.\n');
  }
}
