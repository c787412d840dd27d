/** A command that workers can join: opens the hub, says so, and closes it at the end. */
import {
  type HubNews,
  openIsolation,
  openWorkerHub,
  type Troupe,
  UserError,
  type WorkerHub,
} from '../src/index.ts';
import type { BusOptions } from './bus-address.ts';
import { err } from './render.ts';
import { plainText } from './text.ts';

/** Keeps the hub for as long as `work` takes. */
export async function atBus<Answer>(
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
export async function isolated<Answer>(
  troupe: Troupe,
  options: BusOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (options.bus) {
    const hint = 'leave one of them out';
    throw new UserError('isolate.bus', 'agents are isolated here, or work elsewhere', hint);
  }
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
  const hub = await openWorkerHub(troupe, { host, port, ...(tls && { tls }), onNews: say });
  const pin = hub.pin === null ? '' : ` --pin ${hub.pin}`;
  err.note(`Workers join at ${hub.url}: troupe worker --join ${hub.url}${pin} --token TOKEN\n`);
  if (!hub.isPrivate) err.note(bare);
  return hub;
}

const bare =
  'It speaks without TLS: whoever is on the way reads along, and accounts stay here. See --tls.\n';

/** One without the other would be no TLS at all, and nobody would notice. */
function tlsOf({ tls, cert, key }: BusOptions) {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return tls ? ('own' as const) : null;
  const missing = cert === undefined ? '--cert' : '--key';
  throw new UserError('bus.certificate', `for TLS ${missing} is missing`, 'name both PEM files');
}

function say(news: HubNews): void {
  const worker = plainText(news.worker);
  switch (news.type) {
    case 'worker.joined':
      return err.note(`${worker} has joined, with ${news.places} places.\n`);
    case 'worker.left':
      return err.note(`${worker} has left.\n`);
    case 'worker.lost':
      return err.note(`${worker} is lost: its tasks are given to others.\n`);
  }
}
