/** The doors over NATS servers: a hub for the runs of a home, and a worker for who has one. */
import { joinNats } from '../../bus/open-bus.ts';
import { type Config, readVersion } from '../../config.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../../kernel/random.ts';
import type { NatsSetting } from '../../plan/project/bus-shapes.ts';
import { AtWorkers } from '../elsewhere.ts';
import { offerOf } from '../offer.ts';
import { type JoinedWorker, openOrClose, type WorkerWish } from '../open-worker.ts';
import { openElsewhere } from '../wanted.ts';
import { Worker } from '../worker.ts';
import type { News } from '../workforce.ts';
import { Depot } from './depot.ts';
import { LetterBus } from './letters.ts';
import { NatsFooting } from './nats-footing.ts';
import { NatsWorkforce } from './nats-workforce.ts';
import { defaultWorkerLeaseMs, isSecret, openServers, type Servers } from './servers.ts';

export interface NatsHubOptions extends NatsSetting {
  readonly onNews?: (news: News) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface NatsHub {
  readonly workers: () => readonly string[];
  close(): Promise<void>;
}

export async function openNatsHub(
  { config }: { readonly config: Config },
  { place, leaseMs = defaultWorkerLeaseMs, onNews, ...around }: NatsHubOptions,
): Promise<NatsHub> {
  const { clock = systemClock, random = systemRandom } = around;
  const life = randomName(random, 16);
  const wire = await openWire({ place, leaseMs, clock, name: `hub-${life}` });
  try {
    const workforce = await NatsWorkforce.open({
      ...{ ...wire, clock, life, version: readVersion(), isPrivate: isSecret(place) },
      ...(onNews && { onNews }),
    });
    const { environment } = config;
    const keepHere = openElsewhere(
      config,
      (folder, order) => new AtWorkers(workforce, folder, order, { environment, clock }),
    );
    return {
      workers: () => workforce.members.map(({ name }) => name),
      async close() {
        keepHere();
        await workforce.close();
        await wire.close();
      },
    };
  } catch (error) {
    await wire.close();
    throw error;
  }
}

export interface NatsWorkerOptions extends WorkerWish, NatsSetting {}

export async function joinOverNats(
  { config }: { readonly config: Config },
  options: NatsWorkerOptions,
): Promise<JoinedWorker> {
  const { place, leaseMs = defaultWorkerLeaseMs, onNews } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const offer = offerOf(options, random);
  const { name } = offer;
  const wire = await openWire({ place, leaseMs, clock, name });
  const about = { ...offer, clock, random };
  const { version: own } = about;
  const onStranger = (version: string) => onNews?.({ type: 'hub.unlike', version, own });
  const footing = new NatsFooting({ ...wire, ...about, onStranger });
  const { bus } = wire;
  const worker = new Worker({ ...about, bus, footing, config, ...(onNews && { onNews }) });
  return openOrClose(worker, name, () => wire.close());
}

interface Wire {
  readonly servers: Servers;
  readonly bus: LetterBus;
  readonly depot: Depot;
  readonly close: () => Promise<void>;
}

async function openWire({
  place,
  name,
  ...around
}: {
  readonly place: NatsSetting['place'];
  readonly name: string;
  readonly leaseMs: number;
  readonly clock: Clock;
}): Promise<Wire> {
  const servers = await openServers(place, { name, ...around });
  try {
    const depot = new Depot(servers);
    const bus = new LetterBus(await joinNats({ place, name }), depot);
    const close = async (): Promise<void> => {
      bus.close();
      // What was just said of calls still goes out.
      await servers.nc.drain().catch(() => {});
    };
    return { servers, depot, bus, close };
  } catch (error) {
    await servers.nc.close();
    throw error;
  }
}
