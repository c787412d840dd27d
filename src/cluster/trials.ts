/** What nodes do with their servers, one thing at a time. */
import { jetstreamManager } from '@nats-io/jetstream';
import { runId } from '../../machines/ids.ts';
import type { Bus, Envelope } from '../bus/bus.ts';
import { busStream, keptBytesMax } from '../bus/nats/bus-stream.ts';
import { dialFor } from '../bus/nats/connection.ts';
import { joinNats } from '../bus/open-bus.ts';
import { sleep } from '../kernel/clock.ts';
import { Cluster } from './cluster.ts';
import { ok, opened, type Stage, type Trial, type Verdict, warns } from './trial.ts';

const answerWithinMs = 15_000;
const askAgainMs = 200;

export const busTrial =
  (deskOf: (stage: Stage) => string): Trial =>
  async (stage) => {
    const { place, name, life } = stage;
    await exchange(stage, deskOf(stage), { life }, () => joinNats({ place, name }));
    return roomOf(stage);
  };

/** What one asks another answers, and what one says another hears. */
export async function exchange(
  stage: Stage,
  desk: string,
  said: object,
  open: () => Promise<Bus>,
): Promise<void> {
  const [here, there] = [await open(), await open()];
  for (const bus of [here, there]) stage.later(() => bus.close());
  const heard = here.subscribe(desk)[Symbol.asyncIterator]().next();
  here.answer(desk, async ({ event }) => event);
  const about = { to: desk, from: `${desk}/there`, sequence: 1 };
  const event = { type: 'bus.tried' } as Envelope['event'];
  // Nobody hears it: whether it may be said at all is seen before anybody answers.
  there.publish({ ...about, to: `${desk}/nobody`, event });
  await untilAnswered(stage, () => there.request({ ...about, event }, answerWithinMs));
  there.publish({ ...about, event: { ...event, ...said } });
  await heard;
}

/** Who answers there is not known at once; who listens was known before. */
async function untilAnswered({ clock, signal }: Stage, ask: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    try {
      await ask();
      return;
    } catch {
      await sleep(clock, askAgainMs, signal);
    }
  }
}

/** The stream of the bus, as the servers have it. */
function busAt(stage: Stage) {
  const { place, name } = stage;
  const looking = dialFor(place, name, async (nc) => {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    return { nc, ...(await jsm.streams.info(busStream(place))) };
  });
  return opened(stage, looking);
}

/** As somebody has set it up, or as there was room for. */
async function roomOf(stage: Stage): Promise<Verdict> {
  const { config } = await busAt(stage);
  const megabytes = Math.round(config.max_bytes / 1024 / 1024);
  const found = `stream ${config.name}${megabytes > 0 ? `, ${megabytes} MB` : ''}`;
  if (config.max_bytes <= 0 || config.max_bytes >= keptBytesMax) return ok(found);
  const fix = `who is cut off may miss more; for more room: ${raise(config.name)}`;
  return warns(found, fix);
}

const raise = (stream: string): string =>
  `raise max_file_store, and: nats stream edit ${stream} --max-bytes 256MB`;

/** A run that is taken and given back: leases, journals and files in one. */
export const runsTrial: Trial = async ({ place, leaseMs, clock, random, later, life }) => {
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const cluster = await Cluster.join({ place, node: 'check', clock, random, ...lease });
  later(() => cluster.close());
  await cluster.tryOut(runId(`check-${life}`));
  return ok('a lease, a journal and a file were written and taken away');
};

export const replicasTrial: Trial = async (stage) => {
  const { nc, config, cluster } = await busAt(stage);
  const servers = (nc.info?.connect_urls?.length ?? 0) || stage.place.servers.length;
  if (config.num_replicas > 1) return ok(`${config.num_replicas} servers keep each message`);
  const whose = cluster?.name ?? 'one server';
  const fix = 'say replicas: 3 under bus: nats: before the first run, or: nats stream edit';
  return servers >= 3 ? warns(`only one of ${whose} keeps each message`, fix) : ok(whose);
};
